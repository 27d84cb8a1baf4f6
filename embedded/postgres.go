package embedded

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"

	"github.com/anteroom/anteroom/session"
)

const (
	// visibilitySuffix makes the name of the database of searches.
	visibilitySuffix = "_visibility"
	// postgresConnections is the size of one pool. Each of Temporal's four services has a pool for each of the two databases.
	postgresConnections = 10
	// postgresIdle is how many connections of a pool stay open.
	postgresIdle = 4
	// connectTimeout bounds one attempt to connect, in seconds, where the URL says nothing else.
	connectTimeout = "5"
	// connectionLife makes connections move to another host after a failover that left the old one half alive.
	connectionLife = time.Hour
)

// databaseNames are the names that need no quoting anywhere: Temporal puts them into URLs and statements as they are.
var databaseNames = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// postgresTarget is a parsed postgres:// URL.
type postgresTarget struct {
	// main and visibility are the names of the two databases.
	main, visibility string
	// where is host and port, for people.
	where string
	// user and password are the URL's, or the environment's.
	user, password string
	url            *url.URL
}

// parsePostgres reads a URL such as postgres://user@host:5432/temporal. No error shows it: it may hold a password.
func parsePostgres(address session.Secret) (*postgresTarget, error) {
	u, err := url.Parse(address.Reveal())
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return nil, refuse(ErrOptions, nil, "the temporal store is no URL of a PostgreSQL database: it has the form postgres://user@host:5432/temporal")
	}
	name := strings.Trim(u.Path, "/")
	if !databaseNames.MatchString(name) {
		return nil, refuse(ErrOptions, nil,
			"the temporal store names no database, or one whose name needs quoting: use letters, digits, _ and -, as in postgres://user@host:5432/temporal")
	}
	parsed, err := pgx.ParseConfig(address.Reveal())
	if err != nil { // its text may show the password
		return nil, refuse(ErrOptions, nil, "the temporal store's URL cannot be read: it has the form postgres://user@host:5432/temporal")
	}
	return &postgresTarget{
		main: name, visibility: name + visibilitySuffix, where: where(u, parsed), user: parsed.User, password: parsed.Password, url: u,
	}, nil
}

// where names the server for people.
func where(u *url.URL, parsed *pgx.ConnConfig) string {
	if u.Host != "" {
		return u.Host
	}
	return parsed.Host
}

// connectConfig is how this package itself connects to a database of the server.
func (t *postgresTarget) connectConfig(name string) (*pgx.ConnConfig, error) {
	u := *t.url
	u.Path = "/" + name
	query := u.Query()
	query.Del("dbname")
	u.RawQuery = withDefaults(query).Encode()
	c, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, errors.New("the URL cannot be read") // pgx's text may show the password
	}
	return c, nil
}

// sql is how Temporal connects to a database of the server. User and password are given as parameters, which are escaped;
// Temporal puts its own fields for them into a URL as they are.
func (t *postgresTarget) sql(name string) *config.SQL {
	attributes := map[string]string{}
	for key, values := range withDefaults(t.url.Query()) {
		if key != "dbname" {
			attributes[key] = values[0]
		}
	}
	attributes["user"] = t.user
	if t.password != "" {
		attributes["password"] = t.password
	}
	return &config.SQL{
		PluginName: postgresql.PluginNamePGX, ConnectAddr: t.url.Host, DatabaseName: name, ConnectAttributes: attributes,
		MaxConns: postgresConnections, MaxIdleConns: postgresIdle, MaxConnLifetime: connectionLife,
	}
}

// withDefaults adds what Temporal would set otherwise (no TLS) or not at all.
func withDefaults(query url.Values) url.Values {
	for key, value := range map[string]string{"sslmode": "prefer", "connect_timeout": connectTimeout, "application_name": "anteroom-temporal"} {
		if !query.Has(key) {
			query.Set(key, value)
		}
	}
	return query
}
