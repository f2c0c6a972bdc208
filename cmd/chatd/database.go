package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"chatd/store"
	"chatd/store/localpg"
)

const (
	// connectSeconds bounds one try to connect to a database of one's own.
	connectSeconds = "5"
	// noTLS is how pgx says that the server wants no encryption. It has no
	// error of its own for that.
	noTLS = "server refused TLS connection"
	// stopLimit bounds the stop of the private PostgreSQL.
	stopLimit = 40 * time.Second
)

// database is an open store and the private PostgreSQL under it, if any.
type database struct {
	address string
	store   *store.Store
	cluster *localpg.Cluster
}

// openDatabase starts the private PostgreSQL, or reaches the database of the
// settings, brings its tables up to date and opens the store.
func openDatabase(ctx context.Context, cfg config) (*database, error) {
	return reachAndOpen(ctx, cfg, localpg.Start)
}

// startPrivate is how chatd's own PostgreSQL is started or joined.
type startPrivate func(context.Context, localpg.Config) (*localpg.Cluster, error)

func reachAndOpen(ctx context.Context, cfg config, start startPrivate) (*database, error) {
	db, err := reach(ctx, cfg, start)
	if err != nil {
		return nil, err
	}
	if err := db.open(ctx, cfg); err != nil {
		return nil, errors.Join(err, db.close(context.WithoutCancel(ctx)))
	}
	return db, nil
}

// reach finds the address of the database, which is not asked yet unless it is
// the private PostgreSQL's.
func reach(ctx context.Context, cfg config, start startPrivate) (*database, error) {
	db := &database{address: impatient(cfg.databaseURL)}
	if db.address != "" {
		return db, nil
	}
	private, err := privateConfig(cfg)
	if err != nil {
		return nil, err
	}
	if db.cluster, err = start(ctx, private); err != nil {
		return nil, err
	}
	db.address = db.cluster.URL()
	return db, nil
}

// privateConfig says where chatd's own PostgreSQL is.
func privateConfig(cfg config) (private localpg.Config, err error) {
	if cfg.data == "" {
		return private, errors.New("there is no home folder to keep the data in; set CHATD_DATA to a folder that you can write to")
	}
	// What the environment says about other databases must not change how this
	// one is reached.
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "PG") {
			if err := os.Unsetenv(name); err != nil {
				return private, err
			}
		}
	}
	return localpg.Config{DataDir: cfg.data, BinDir: cfg.pgBin, Log: cfg.log}, nil
}

func (db *database) open(ctx context.Context, cfg config) error {
	if err := store.Migrate(ctx, db.address); err != nil {
		return explain(err, db.address)
	}
	var err error
	if db.store, err = store.Open(ctx, store.Config{URL: db.address, Log: cfg.log}); err != nil {
		return explain(err, db.address)
	}
	renewed, err := db.store.CheckIdentity(ctx)
	if err != nil {
		return explain(err, db.address)
	}
	if renewed {
		cfg.log.Info("the database was restored or moved; every open page loads afresh")
	}
	return nil
}

// impatient makes a host that never answers a failure instead of a wait
// without end.
func impatient(address string) string {
	u, err := url.Parse(address)
	if err != nil || address == "" || u.Query().Has("connect_timeout") {
		return address
	}
	addParameter(u, "connect_timeout", connectSeconds)
	return u.String()
}

// close closes the store, then stops the private PostgreSQL.
func (db *database) close(ctx context.Context) error {
	if db.store != nil {
		db.store.Close()
	}
	if db.cluster == nil {
		return nil
	}
	return db.cluster.Stop(ctx)
}

// explain turns a failure to reach or to use the database into a sentence with
// a way out. The address may hold a password, so only its host and the names
// of the database and the user are shown.
func explain(err error, address string) error {
	place := placeOf(address)
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		why := reason(err)
		if strings.Contains(err.Error(), noTLS) && needsTLS(address) {
			why = "its server does not speak TLS, which sslmode in the address asks for (sslmode=prefer also goes without)"
		}
		return fmt.Errorf("%s cannot be reached: %s; check CHATD_DATABASE_URL and that PostgreSQL runs there", place, why)
	}
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return errors.New(refusal(refused, place, address))
	}
	return err
}

// placeOf names a database for people.
func placeOf(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "the database"
	case u.Host == "": // a Unix socket
		return fmt.Sprintf("the database %q", strings.TrimPrefix(u.Path, "/"))
	default:
		return fmt.Sprintf("the database %q on %s", strings.TrimPrefix(u.Path, "/"), u.Host)
	}
}

// needsTLS reports whether an address rules out connections without TLS.
func needsTLS(address string) bool {
	cfg, err := pgx.ParseConfig(address)
	if err != nil || cfg.TLSConfig == nil {
		return false
	}
	return !slices.ContainsFunc(cfg.Fallbacks, func(f *pgconn.FallbackConfig) bool { return f.TLSConfig == nil })
}

// What PostgreSQL calls the refusals that have a way out of their own.
const (
	stateInsufficientPrivilege = "42501"
	stateReadOnly              = "25006"
)

// refusal is the sentence for what a database has refused that does answer.
func refusal(refused *pgconn.PgError, place, address string) string {
	switch refused.Code {
	case stateInsufficientPrivilege:
		user, database := names(address)
		return fmt.Sprintf("the user %q may not make tables in %s; let a superuser of PostgreSQL run: ALTER DATABASE %s OWNER TO %s",
			user, place, pgx.Identifier{database}.Sanitize(), pgx.Identifier{user}.Sanitize())
	case stateReadOnly:
		return place + " is read-only (perhaps a standby); set CHATD_DATABASE_URL to one that can be written to"
	default:
		return fmt.Sprintf("%s cannot be used: %s; check CHATD_DATABASE_URL and the log of PostgreSQL", place, refused.Message)
	}
}

// names are the user and the database of an address, as pgx fills in what the
// address leaves out.
func names(address string) (user, database string) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return "", ""
	}
	if cfg.Database == "" {
		return cfg.User, cfg.User
	}
	return cfg.User, cfg.Database
}

// reason is what a person can do something about in a connection's failure.
func reason(err error) string {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pgErr.Message
	}
	if text, ok := networkReason(err); ok {
		return text
	}
	return "what answers there is no usable PostgreSQL (" + err.Error() + ")"
}

// networkReason is what the network says in a failure, if it is to blame.
func networkReason(err error) (text string, ok bool) {
	if dnsErr, ok := errors.AsType[*net.DNSError](err); ok && dnsErr.IsNotFound {
		return "there is no host " + dnsErr.Name, true
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error(), true
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return "it does not answer", true
	}
	return "", false
}
