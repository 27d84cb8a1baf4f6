package vault

import (
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
)

const (
	// EncodingEncrypted is the "encoding" of a sealed payload, as in Temporal's own samples.
	EncodingEncrypted = "binary/encrypted"
	// MetadataKeyID names the key that sealed a payload: SealingKeyID.
	MetadataKeyID = "encryption-key-id"
	// compressAbove is the size in bytes from which compression is worth its time.
	compressAbove = 1 << 10
)

// codec seals Temporal payloads as a whole, metadata included.
type codec struct {
	vault *Vault
	zlib  converter.PayloadCodec
}

// Codec returns the payload codec of the vault. Encode seals every payload, compressed first when it is larger than
// 1 KiB and gets smaller. Decode opens sealed payloads and leaves all others as they are. Payloads are not bound to a
// workflow: the codec endpoint opens them without knowing where they come from.
func (v *Vault) Codec() converter.PayloadCodec {
	return &codec{vault: v, zlib: converter.NewZlibCodec(converter.ZlibCodecOptions{})}
}

// Encode implements converter.PayloadCodec.
func (c *codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	out := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		sealed, err := c.seal(p)
		if err != nil {
			return payloads, fmt.Errorf("seal payload %d: %w", i, err)
		}
		out[i] = sealed
	}
	return out, nil
}

// Decode implements converter.PayloadCodec. The error of a payload that does not open is ErrNotOpened.
func (c *codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	out := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		opened, err := c.open(p)
		if err != nil {
			return payloads, fmt.Errorf("open payload %d: %w", i, err)
		}
		out[i] = opened
	}
	return out, nil
}

func (c *codec) seal(p *commonpb.Payload) (*commonpb.Payload, error) {
	if p.Size() > compressAbove {
		compressed, err := c.zlib.Encode([]*commonpb.Payload{p})
		if err != nil {
			return nil, fmt.Errorf("compress: %w", err)
		}
		p = compressed[0]
	}
	plaintext, err := p.Marshal()
	if err != nil {
		return nil, fmt.Errorf("marshal: %w", err)
	}
	k := c.vault.keys.Load()
	sealed, err := k.aead.Encrypt(plaintext, encodeFields(tagPayload))
	if err != nil {
		return nil, err
	}
	return &commonpb.Payload{
		Metadata: map[string][]byte{
			converter.MetadataEncoding: []byte(EncodingEncrypted),
			MetadataKeyID:              []byte(k.sealingID()),
		},
		Data: sealed,
	}, nil
}

func (c *codec) open(p *commonpb.Payload) (*commonpb.Payload, error) {
	if string(p.GetMetadata()[converter.MetadataEncoding]) != EncodingEncrypted {
		return p, nil
	}
	plaintext, err := c.vault.keys.Load().open(p.GetData(), encodeFields(tagPayload))
	if err != nil {
		return nil, err
	}
	opened := &commonpb.Payload{}
	if err := opened.Unmarshal(plaintext); err != nil {
		return nil, ErrNotOpened // cannot be: only Encode seals with this tag
	}
	decompressed, err := c.zlib.Decode([]*commonpb.Payload{opened})
	if err != nil {
		return nil, ErrNotOpened
	}
	return decompressed[0], nil
}
