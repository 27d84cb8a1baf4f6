package embedded

import (
	"net/url"
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
)

const (
	// clusterName is what a server that is alone calls itself; the CLI's development
	// server uses the same name.
	clusterName = "active"
	// mainStore and visibilityStore name the databases within the configuration.
	mainStore       = "main"
	visibilityStore = "visibility"
	disabled        = "disabled"
	// connections is the size of the SQLite pool. Measured with 500 workflows of one
	// activity and one signal each, 50 at once, on a busy machine of 2 cores (4 shards,
	// WAL, workflows/s, longest, lines logged at error):
	//
	//	1 connection    28-32/s   2.3-2.8 s      0
	//	4 connections   11-18/s  20.0-20.1 s   500-617
	//	8 connections   22/s      4.8 s        342
	//
	// More than one lets Temporal's read-then-write transactions fail with
	// SQLITE_BUSY_SNAPSHOT (517), which no busy_timeout waits out and retries make worse;
	// beginning them all IMMEDIATE ends the errors but not the slowness (12-13/s). With
	// one connection 1,000 at once all succeed as well (23/s, longest 44 s; temporal#9686
	// saw timeouts there), where four lost 48.
	connections = 1
)

// sqlConfig is how the database is opened. Everything that opens it must use this one
// value: another order or number of attributes would open a second pool (temporal#5532).
func sqlConfig(database string) *config.SQL {
	return &config.SQL{
		PluginName: sqliteplugin.PluginName,
		// The plugin puts the name into a SQLite URI as it is.
		DatabaseName: (&url.URL{Path: database}).EscapedPath(),
		MaxConns:     connections,
		MaxIdleConns: connections,
		ConnectAttributes: map[string]string{
			"mode":         "rwc",
			"journal_mode": "wal",
			// NORMAL: with WAL a power cut may lose the last commits, never the database.
			"synchronous":  "1",
			"busy_timeout": "10000", // ms
		},
	}
}

// serverConfig is Temporal's configuration for one process on loopback.
func serverConfig(m meta, db stores, ports servicePorts) *config.Config {
	frontend := ports.frontend.addr
	return &config.Config{
		Global: config.Global{Membership: config.Membership{
			// Temporal gives the start of all its services twice this time together, 15 s at least: too little on a machine
			// where everything starts at once.
			MaxJoinDuration:  30 * time.Second,
			BroadcastAddress: "127.0.0.1",
		}},
		Persistence: config.Persistence{
			DefaultStore:     mainStore,
			VisibilityStore:  visibilityStore,
			NumHistoryShards: m.HistoryShards,
			DataStores: map[string]config.DataStore{
				mainStore:       {SQL: db.main},
				visibilityStore: {SQL: db.visibility},
			},
		},
		ClusterMetadata:     clusterConfig(m, frontend),
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services: map[string]config.Service{
			"frontend": service(ports.frontend),
			"history":  service(ports.history),
			"matching": service(ports.matching),
			"worker":   service(ports.worker),
		},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: disabled},
			Visibility: config.VisibilityArchival{State: disabled},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: disabled},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: disabled},
		}},
		PublicClient: config.PublicClient{HostPort: frontend},
	}
}

func clusterConfig(m meta, frontend string) *cluster.Config {
	return &cluster.Config{
		FailoverVersionIncrement: 10,
		MasterClusterName:        clusterName,
		CurrentClusterName:       clusterName,
		ClusterInformation: map[string]cluster.ClusterInformation{clusterName: {
			Enabled:                true,
			InitialFailoverVersion: 1,
			RPCAddress:             frontend,
			ClusterID:              m.ClusterID,
		}},
	}
}

func service(p *port) config.Service {
	return config.Service{RPC: config.RPC{GRPCPort: p.number(), BindOnIP: p.host()}}
}

// staticHosts replaces Temporal's gossip between hosts, which is slow to settle after a
// restart (temporal#6210) and has nobody to talk to here.
func staticHosts(ports servicePorts) map[primitives.ServiceName]static.Hosts {
	return map[primitives.ServiceName]static.Hosts{
		primitives.FrontendService: static.SingleLocalHost(ports.frontend.addr),
		primitives.HistoryService:  static.SingleLocalHost(ports.history.addr),
		primitives.MatchingService: static.SingleLocalHost(ports.matching.addr),
		primitives.WorkerService:   static.SingleLocalHost(ports.worker.addr),
	}
}

// dynamicConfig differs from Temporal's defaults where one process with a few thousand
// workflows does.
func dynamicConfig() dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		// Entries; the default of 128,000 is for a machine of its own. Value of the CLI's
		// development server.
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key(): 8096,
		// The default of 10/s slows down a person who clicks through the UI.
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
		// A search attribute is known at once, not after up to 60 s.
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
		// One host: more partitions than one cost pollers and latency.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,
		dynamicconfig.FrontendPersistenceMaxQPS.Key():           10_000,
		dynamicconfig.HistoryPersistenceMaxQPS.Key():            45_000,
		// The defaults of 2,400/s and 1,200 waiting calls are reached by our own worker's
		// polls beside a busy caller, and then the worker starves.
		dynamicconfig.FrontendRPS.Key():                                         20_000,
		dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key():                  20_000,
		dynamicconfig.FrontendMaxConcurrentLongRunningRequestsPerInstance.Key(): 12_000,
		// Nothing calls home from a self-hosted product.
		dynamicconfig.EnableServerVersionCheck.Key(): false,
	}
}
