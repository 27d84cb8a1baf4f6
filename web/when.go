package web

import (
	"strconv"
	"time"
)

// until is when the time for an answer is up.
type until struct {
	// Machine is for programs, Clock the time of day with its zone, Left how long that is.
	Machine, Clock, Left string
}

func untilOf(expires, now time.Time) until {
	return until{Machine: expires.UTC().Format(time.RFC3339), Clock: clockOf(expires, now), Left: leftOf(expires.Sub(now))}
}

// clockOf is the time of day in UTC, with the date where that is another. Without a script nobody knows the person's zone.
func clockOf(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04 MST")
	}
	return t.Format("2 January 2006, 15:04 MST")
}

// leftOf rounds down: nobody should believe to have more time.
func leftOf(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return plural(int(d/time.Minute), "minute")
	}
	return plural(int(d/time.Hour), "hour")
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}
