package postgres_test

import (
	"testing"

	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		return open(t, shared.migrated(t))
	})
}

// Two stores on one database stand for two processes.
func TestReplicas(t *testing.T) {
	t.Parallel()
	url := shared.migrated(t)
	storetest.RunReplicas(t, open(t, url), open(t, url))
}
