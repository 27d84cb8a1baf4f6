package relational

// Indexed are the queries that must stay fast however many rows there are, by what they are for. The tests of each driver ask
// its database to explain them.
var Indexed = map[string]string{
	"poll":               selectOperation,
	"unstarted":          selectUnstarted,
	"waiting projects":   selectWaitingProjects,
	"next of a project":  selectNext,
	"gives back":         giveBack,
	"live":               "SELECT " + operationColumns + " FROM operations WHERE state IN ('running', 'waiting') AND id > ?2 ORDER BY id LIMIT ?1",
	"live of a session":  "SELECT id FROM operations WHERE workspace = ?1 AND project = ?2 AND session_id = ?3 AND " + isLive,
	"newest":             "SELECT id FROM operations WHERE workspace = ?1 AND (created_at, id) < (?2, ?3) ORDER BY created_at DESC, id DESC LIMIT 50",
	"newest of session":  "SELECT id FROM operations WHERE workspace = ?1 AND project = ?2 AND session_id = ?3 ORDER BY created_at DESC, id DESC LIMIT 50",
	"live of an account": selectBusy + " AND id <> ?3",
	"breaker":            selectBreaker,
	"artefact":           selectArtefact,
	"artefacts":          "SELECT name FROM artefacts WHERE operation_id = ?1 AND workspace = ?2",
	"memory":             selectMemory,
	"spend":              "SELECT key FROM spends WHERE workspace = ?1 AND owner = ?2 AND kind = ?3 AND key = '1'",
	"forgotten artefact": deleteArtefacts,
	"forgotten question": questionsOf,
	"question":           selectQuestion + " AND id = ?3",
	"lease":              selectLease,
	"key":                "SELECT id FROM api_keys WHERE hash = ?1",
	"leases of browser":  selectLeases + "WHERE l.browser_id = ?1 AND l.released_at = 0",
	"journal":            selectJournal,
	"journal's latest":   latestEntry,
	"request":            selectRequest,
	"old requests":       selectOldRequests,
	"purgeable":          selectPurgeable,
	"spent":              selectSpent,
	"unconsumed answers": "SELECT id FROM questions WHERE state = 'answered' AND answered_at < ?1 ORDER BY answered_at",
}
