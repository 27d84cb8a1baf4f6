package session

// Kinds of sealed values: what a value is sealed as, and must be opened as. They are stored data: never change one.
const (
	// SealedParameters is the JSON object of an operation's parameters, name to value; bound to the operation's id.
	SealedParameters = "operation.parameters"
	// SealedProxy is the proxy of an operation, as the caller gave it; bound to the operation's id.
	SealedProxy = "operation.proxy"
	// SealedAnswer is the JSON object of an answer, field to value; bound to the question's id.
	SealedAnswer = "question.answer"
	// SealedStorageState is the JSON of a session's storage state, also while it is a candidate; bound to [StorageStateID].
	SealedStorageState = "session.storageState"
	// SealedArtefact is a redacted page model or picture of an operation; bound to the operation's id and the artefact's name.
	SealedArtefact = "operation.artefact"
	// SealedAccount is the JSON of an account's memory: passkeys' counters; bound to the account key.
	SealedAccount = "account.memory"
)

// Names of an operation's sealed secrets in the store.
const (
	SecretParameters = "parameters"
	SecretProxy      = "proxy"
)

// StorageStateID is what a session's sealed storage state is bound to: the project's name and the session's id, neither
// of which can hold a slash.
func StorageStateID(project, sessionID string) string { return project + "/" + sessionID }

// ArtefactID is what a sealed artefact is bound to: the operation's id and the artefact's name, neither of which can hold a
// slash.
func ArtefactID(operation, name string) string { return operation + "/" + name }
