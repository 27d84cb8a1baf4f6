package config

import (
	"fmt"
	"strconv"
	"strings"
)

// units are tried in this order: B is the end of the others.
var units = []struct {
	name   string
	factor int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}}

func sizeSetting(key, fallback, usage string, low, high int64, field func(*Config) *int64) setting {
	return setting{key: key, fallback: fallback, usage: usage, parse: func(c *Config, text string) error {
		value, ok := parseSize(text)
		if !ok || value < low || value > high {
			return fmt.Errorf("must be a size from %s to %s, such as %q, or a number of bytes",
				formatSize(low), formatSize(high), fallback)
		}
		*field(c) = value
		return nil
	}}
}

// parseSize reads whole bytes, KiB, MiB or GiB. Units of 1000 are refused: KB means either to different people.
func parseSize(text string) (int64, bool) {
	factor := int64(1)
	for _, unit := range units {
		if number, ok := strings.CutSuffix(text, unit.name); ok {
			text, factor = strings.TrimSpace(number), unit.factor
			break
		}
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < 0 || value > 1<<40/factor {
		return 0, false
	}
	return value * factor, true
}

func formatSize(bytes int64) string {
	for _, unit := range []int{2, 1, 0} {
		if u := units[unit]; bytes >= u.factor && bytes%u.factor == 0 {
			return strconv.FormatInt(bytes/u.factor, 10) + u.name
		}
	}
	return strconv.FormatInt(bytes, 10)
}
