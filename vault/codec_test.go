package vault_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/vault"
)

func TestCodec_WhateverThePayload_RoundTrips(t *testing.T) {
	t.Parallel()
	codec := newVault(t).Codec()
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOf(rapid.Byte()).Draw(t, "data")
		if rapid.Bool().Draw(t, "large") {
			data = append(data, make([]byte, rapid.IntRange(900, 5000).Draw(t, "padding"))...)
		}
		in := &commonpb.Payload{Data: data, Metadata: rapid.MapOfN(
			rapid.String(), rapid.SliceOf(rapid.Byte()), 0, 3).Draw(t, "metadata")}

		sealed, err := codec.Encode([]*commonpb.Payload{in, in})
		require.NoError(t, err)
		require.Equal(t, vault.EncodingEncrypted, string(sealed[0].GetMetadata()[converter.MetadataEncoding]))
		require.False(t, sealed[0].Equal(sealed[1]), "a nonce of its own each")
		opened, err := codec.Decode(sealed)
		require.NoError(t, err)

		require.Len(t, opened, 2)
		require.True(t, in.Equal(opened[0]))
		require.True(t, in.Equal(opened[1]))
	})
}

func TestCodec_WhenAPayloadIsLarge_CompressesItFirst(t *testing.T) {
	t.Parallel()
	codec := newVault(t).Codec()
	size := func(data string) int {
		sealed, err := codec.Encode([]*commonpb.Payload{{Data: []byte(data)}})
		require.NoError(t, err)
		return len(sealed[0].GetData())
	}

	require.Less(t, size(strings.Repeat("a", 4096)), 200)
	require.Greater(t, size(strings.Repeat("a", 900)), 900, "small ones are not worth the time")
}

func TestCodec_WhenEncoding_NamesTheKeyAndHidesTheRest(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	in := &commonpb.Payload{Data: []byte(canary), Metadata: map[string][]byte{"encoding": []byte("json/plain"), "x": []byte(canary)}}

	sealed, err := v.Codec().Encode([]*commonpb.Payload{in})

	require.NoError(t, err)
	require.Equal(t, v.SealingKeyID(), string(sealed[0].GetMetadata()[vault.MetadataKeyID]))
	wire, err := sealed[0].Marshal()
	require.NoError(t, err)
	require.NotContains(t, string(wire), canary)
	require.NotContains(t, string(wire), "json/plain")
}

func TestCodec_WhenThePayloadIsNotSealed_LeavesItAlone(t *testing.T) {
	t.Parallel()
	plain := []*commonpb.Payload{
		{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(`"x"`)},
		{Metadata: map[string][]byte{"encoding": []byte("binary/zlib")}, Data: []byte("not for us")},
		{}, nil,
	}

	out, err := newVault(t).Codec().Decode(plain)

	require.NoError(t, err)
	require.Equal(t, plain, out)
}

func TestCodec_WhenKeysWereRotated_OpensOldPayloads(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	sealed, err := v.Codec().Encode([]*commonpb.Payload{{Data: []byte("old")}})
	require.NoError(t, err)
	require.NoError(t, v.Rotate())

	opened, err := v.Codec().Decode(sealed)

	require.NoError(t, err)
	require.Equal(t, "old", string(opened[0].GetData()))
}

func TestCodec_WhenAPayloadWasTamperedWith_DoesNotOpen(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	sealed, err := v.Codec().Encode([]*commonpb.Payload{{Data: []byte(canary)}})
	require.NoError(t, err)
	sealed[0].Data[20] ^= 1
	_, err = v.Codec().Decode(sealed)
	require.ErrorIs(t, err, vault.ErrNotOpened)
	require.NotContains(t, err.Error(), canary)

	value, err := v.Seal([]byte(canary), row)
	require.NoError(t, err)
	smuggled := &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte(vault.EncodingEncrypted)}, Data: value}
	_, err = v.Codec().Decode([]*commonpb.Payload{smuggled})
	require.ErrorIs(t, err, vault.ErrNotOpened, "a sealed value of the store is no payload")
}

func TestConverters_WhenValuesAreConverted_SealAllOfThem(t *testing.T) {
	t.Parallel()
	data := newVault(t).Converters().Data
	type input struct{ Name string }
	payloads, err := data.ToPayloads(input{Name: canary}, []byte(canary), nil, canary)
	require.NoError(t, err)
	wire, err := payloads.Marshal()
	require.NoError(t, err)
	require.NotContains(t, string(wire), canary)
	for _, p := range payloads.GetPayloads() {
		require.Equal(t, vault.EncodingEncrypted, string(p.GetMetadata()["encoding"]))
	}

	var (
		first input
		raw   []byte
		none  *input
		text  string
	)
	require.NoError(t, data.FromPayloads(payloads, &first, &raw, &none, &text))
	require.Equal(t, canary, first.Name)
	require.Equal(t, canary, string(raw))
	require.Nil(t, none)
	require.Equal(t, canary, text)
}

func TestConverters_WhenAnErrorIsConverted_SealMessageStackAndDetails(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	failing := temporal.NewNonRetryableApplicationError("message "+canary, "site", errors.New("cause "+canary), "detail "+canary)

	plain, err := vault.PlainConverters().Failure.ErrorToFailure(failing).Marshal()
	require.NoError(t, err)
	require.Contains(t, string(plain), canary, "the search finds it where sealing is off")

	for _, failures := range []converter.FailureConverter{v.Converters().Failure, v.FailureConverter()} {
		failure := failures.ErrorToFailure(failing)
		wire, err := failure.Marshal()
		require.NoError(t, err)
		require.NotContains(t, string(wire), canary)

		back := failures.FailureToError(failure)
		require.ErrorContains(t, back, "message "+canary)
		require.ErrorContains(t, errors.Unwrap(back), "cause "+canary)
		var application *temporal.ApplicationError
		require.ErrorAs(t, back, &application)
		require.Equal(t, "site", application.Type())
		require.True(t, application.NonRetryable())
		var detail string
		require.NoError(t, application.Details(&detail))
		require.Equal(t, "detail "+canary, detail)
	}
}

func TestConverters_WhenAFailureHasAStack_SealIt(t *testing.T) {
	t.Parallel()
	data := newVault(t).DataConverter()
	failure := &failurepb.Failure{Message: "m " + canary, StackTrace: "main.go:1 " + canary}

	require.NoError(t, converter.EncodeCommonFailureAttributes(data, failure))
	wire, err := failure.Marshal()
	require.NoError(t, err)
	require.NotContains(t, string(wire), canary)

	converter.DecodeCommonFailureAttributes(data, failure)
	require.Equal(t, "main.go:1 "+canary, failure.GetStackTrace())
	require.Equal(t, "m "+canary, failure.GetMessage())
}

func TestPlainConverters_WhenValuesAreConverted_SealNothing(t *testing.T) {
	t.Parallel()

	payload, err := vault.PlainConverters().Data.ToPayload(canary)

	require.NoError(t, err)
	require.Contains(t, string(payload.GetData()), canary)
}
