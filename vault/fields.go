package vault

import "encoding/binary"

// Tags keep the uses of one key apart: no output of one use can be the input of another. A changed encoding gets a
// new tag.
const (
	tagKeyID   = "anteroom/vault/key-id/v1"
	tagCheck   = "anteroom/vault/check/v1"
	tagID      = "anteroom/id/v1"
	tagValue   = "anteroom/value/v1"
	tagPayload = "anteroom/payload/v1"
)

// encodeFields writes each field after its length, so that ("ab", "c") and ("a", "bc") differ.
func encodeFields(fields ...string) []byte {
	var out []byte
	for _, f := range fields {
		out = binary.BigEndian.AppendUint64(out, uint64(len(f)))
		out = append(out, f...)
	}
	return out
}
