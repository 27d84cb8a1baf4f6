package browser

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// Wanted are pages of a Keeper's browsers that somebody will come back for. A keeper cannot tell by itself: it knows no store.
type Wanted struct {
	// Pages is how many there are.
	Pages int `json:"pages"`
	// Until is when the last of them is of no use any more.
	Until time.Time `json:"until"`
}

// maxWanted is for how long a keeper believes that pages are wanted: a question waits for a day at most.
const maxWanted = 48 * time.Hour

// by reports that pages are wanted at a time.
func (w Wanted) by(now time.Time) bool { return w.Pages > 0 && now.Before(w.Until) }

// leaving is what a Keeper knows of who needs it. The Keeper's mu guards it.
type leaving struct {
	wanted Wanted
	// idleSince is when the last client left; valid while there is none.
	idleSince time.Time
	// ending is true once it was decided to leave: nobody may come any more.
	ending bool
	// ended is closed then, once whoever asked for it has the answer; told says so.
	ended chan struct{}
	told  bool
}

// Ended is closed when the keeper is to be closed: nobody needs it any more, or a client asked for it.
func (k *Keeper) Ended() <-chan struct{} { return k.leaving.ended }

// tellEnd closes Ended, if it was decided to leave.
func (k *Keeper) tellEnd() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.leaving.ending && !k.leaving.told {
		k.leaving.told = true
		close(k.leaving.ended)
	}
}

// idleInterval is the pause between two looks at whether anybody needs the keeper.
const idleInterval = time.Second

// leaveWhenIdle decides to leave once nobody was connected for LeaveAfter and no page is wanted.
func (k *Keeper) leaveWhenIdle() {
	tick := time.NewTicker(min(idleInterval, k.o.LeaveAfter))
	defer tick.Stop()
	for {
		select {
		case <-k.life.Done():
			return
		case <-k.leaving.ended:
			return
		case now := <-tick.C:
			k.mu.Lock()
			if len(k.ports) == 0 && now.Sub(k.leaving.idleSince) >= k.o.LeaveAfter && !k.leaving.wanted.by(now) {
				k.logger.Info("nobody needs the browser any more", "idle", now.Sub(k.leaving.idleSince).Round(time.Second))
				k.leaving.ending = true
			}
			k.mu.Unlock()
			k.tellEnd()
		}
	}
}

func (k *Keeper) putWanted(w http.ResponseWriter, r *http.Request) error {
	var in Wanted
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Pages < 0 {
		return errors.New("the request is not understood")
	}
	if latest := time.Now().Add(maxWanted); in.Until.After(latest) {
		in.Until = latest
	}
	k.mu.Lock()
	k.leaving.wanted = in
	k.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// departure says how a client leaves for good.
type departure struct {
	// Ends has the keeper end whatever waits on its pages.
	Ends bool `json:"ends"`
}

// departed says what came of it.
type departed struct {
	Ending bool `json:"ending"`
}

const (
	// departPatience is how long a keeper waits for the connections of a client that leaves.
	departPatience = 2 * time.Second
	departPause    = 10 * time.Millisecond
)

// postDeparture ends a keeper that nobody else uses and no page of which is wanted; one without LeaveAfter stays.
func (k *Keeper) postDeparture(w http.ResponseWriter, r *http.Request) error {
	var in departure
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return errors.New("the request is not understood")
	}
	defer k.tellEnd()
	var out departed
	for until := time.Now().Add(departPatience); ; {
		now := time.Now()
		k.mu.Lock()
		stays := k.o.LeaveAfter == 0 || k.leaving.wanted.by(now)
		if in.Ends || (!stays && len(k.ports) == 0) {
			k.leaving.ending = true
		}
		out.Ending = k.leaving.ending
		k.mu.Unlock()
		if out.Ending || stays || now.After(until) {
			if err := answerJSON(w, out); err != nil {
				return err
			}
			return http.NewResponseController(w).Flush()
		}
		select {
		case <-r.Context().Done():
			return r.Context().Err()
		case <-time.After(departPause):
		}
	}
}
