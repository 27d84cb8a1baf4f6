package intuned

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/service"
)

func FuzzDecodeStart_FailsOnlyWithASentenceForTheCaller(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `null`, `{"id":"a","parameters":{"u":"x","n":1e9,"b":true,"z":null},"proxy":null}`, `{"parameters":[1]}`,
		`{"parameters":{"a":{"b":[]}}}`, `{"id":{}}`, `{"parameters":{"passkey":{"credentialId":"YQ=="},"backupCodes":["a",1]}}`,
		`{"parameters":{"backupCodes":["a","b"],"passkey":[]}}`, `{"id":"a"}x`, `[[[[`, "{\"id\":\"\\ud800\"}", `{"proxy":"http://u:p@h:1"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := decodeStart(body)
		if err != nil {
			requireError(t, err)
			return
		}
		for name, value := range in.Parameters {
			require.LessOrEqual(t, len(name)+len(value.Reveal()), 3*len(body))
		}
	})
}

func FuzzDecodeResume_FailsOnlyWithASentenceForTheCaller(f *testing.F) {
	for _, seed := range []string{
		``, `{"input":"1","info_request_id":"q"}`, `{"values":{"a":"b"},"infoRequestId":"q"}`, `{"values":[]}`, `{"input":{}}`, `{"choice":"c1","action":7}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := decodeResume(body); err != nil {
			requireError(t, err)
		}
	})
}

func requireError(t *testing.T, err error) {
	t.Helper()
	var fault *service.Error
	require.ErrorAs(t, err, &fault)
	require.Equal(t, service.BadRequest, fault.Kind)
	require.NotEmpty(t, fault.Message)
	require.Less(t, len(fault.Message), 400)
}
