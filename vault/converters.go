package vault

import (
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// Converters are the two fields of Temporal's client.Options that decide how values and errors are written into a
// history. Set both, on every client and worker: without Failure the message and the stack of an error stay readable.
type Converters struct {
	Data    converter.DataConverter
	Failure converter.FailureConverter
}

// Converters returns converters that seal all payloads, and of failures the message, the stack and the details.
// Workflow and signal names, ids, search attributes and task queues stay readable: put no secret there.
func (v *Vault) Converters() Converters {
	data := v.DataConverter()
	return Converters{Data: data, Failure: newFailureConverter(data)}
}

// DataConverter returns Temporal's default data converter with Codec behind it.
func (v *Vault) DataConverter() converter.DataConverter {
	return converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), v.Codec())
}

// FailureConverter returns a failure converter that seals message and stack, which Temporal's default leaves readable.
func (v *Vault) FailureConverter() converter.FailureConverter {
	return newFailureConverter(v.DataConverter())
}

// PlainConverters returns Temporal's defaults, which seal nothing. For tests only, to show that a search for secrets
// finds them when sealing is off.
func PlainConverters() Converters {
	return Converters{Data: converter.GetDefaultDataConverter(), Failure: temporal.GetDefaultFailureConverter()}
}

func newFailureConverter(data converter.DataConverter) converter.FailureConverter {
	return temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter:          data,
		EncodeCommonAttributes: true,
	})
}
