package intuned_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
)

// BenchmarkResult is what one poll of a waiting login costs, without the network.
func BenchmarkResult(b *testing.B) {
	f := apitest.New(b)
	id := f.Start(b, nil)
	f.Ask(id, apitest.CodeQuestion(1))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, create+"/"+id+"/result", nil)
			r.Header.Set("X-Api-Key", apitest.Key)
			w := httptest.NewRecorder()
			f.Handler.ServeHTTP(w, r)
			if w.Code != http.StatusOK {
				require.Equal(b, http.StatusOK, w.Code)
			}
		}
	})
}
