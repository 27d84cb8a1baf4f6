package relational

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHub_WhenTheLastWatcherLeaves_ForgetsTheOperation(t *testing.T) {
	t.Parallel()
	h := newHub()
	_, stopFirst := h.watch("op")
	_, stopSecond := h.watch("op")
	stopFirst()
	require.Len(t, h.watchers["op"], 1)
	stopSecond()
	require.Empty(t, h.watchers)
	h.tell([]string{"op"})
}

func TestHub_WhenChangesMayHaveBeenMissed_WakesEverybody(t *testing.T) {
	t.Parallel()
	h := newHub()
	first, stopFirst := h.watch("op_1")
	defer stopFirst()
	second, stopSecond := h.watch("op_2")
	defer stopSecond()
	h.tell([]string{"op_1"})
	h.tellAll()
	<-first
	<-second
}
