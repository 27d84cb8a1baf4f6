package vault

import "github.com/anteroom/anteroom/session"

// What sealed values belong to. Whoever seals and whoever opens take the context from here, so that a value moved to
// another row does not open.

// ParametersOf is for the parameters that an operation was started with.
func ParametersOf(workspace, operation string) Context {
	return Context{Workspace: workspace, Kind: session.SealedParameters, ID: operation}
}

// ProxyOf is for the proxy that an operation was started with.
func ProxyOf(workspace, operation string) Context {
	return Context{Workspace: workspace, Kind: session.SealedProxy, ID: operation}
}

// AnswerTo is for the answer to a question; question ids are unique across operations.
func AnswerTo(workspace, question string) Context {
	return Context{Workspace: workspace, Kind: session.SealedAnswer, ID: question}
}

// StorageStateOf is for the storage state of a session, candidate and proven alike.
func StorageStateOf(workspace, project, sessionID string) Context {
	return Context{Workspace: workspace, Kind: session.SealedStorageState, ID: session.StorageStateID(project, sessionID)}
}

// ArtefactOf is for an artefact of an operation.
func ArtefactOf(workspace, operation, name string) Context {
	return Context{Workspace: workspace, Kind: session.SealedArtefact, ID: session.ArtefactID(operation, name)}
}

// AccountMemoryOf is for what is remembered of an account.
func AccountMemoryOf(workspace, accountKey string) Context {
	return Context{Workspace: workspace, Kind: session.SealedAccount, ID: accountKey}
}
