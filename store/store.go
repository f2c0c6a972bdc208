package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Config says how to reach the database.
type Config struct {
	// URL is a PostgreSQL connection string, as a URL or as key=value pairs.
	URL string
	// MainConns and ControlConns bound the two pools; 0 means 16 and 4.
	MainConns, ControlConns int32
	// Log receives what an operator should know; nil means slog.Default().
	Log *slog.Logger
}

// Store reads and writes the database. It is safe for concurrent use.
type Store struct {
	db      *pgxpool.Pool
	control *Store // the same store on the reserved pool; points to itself there
	url     string
	log     *slog.Logger
}

// Open connects to the database and makes sure that it answers. It does not
// change the schema; see [Migrate].
func Open(ctx context.Context, c Config) (*Store, error) {
	log := c.Log
	if log == nil {
		log = slog.Default()
	}
	main, err := newPool(ctx, c.URL, "chatd", orDefault(c.MainConns, 16))
	if err != nil {
		return nil, err
	}
	reserved, err := newPool(ctx, c.URL, "chatd control", orDefault(c.ControlConns, 4))
	if err != nil {
		main.Close()
		return nil, err
	}
	control := &Store{db: reserved, url: c.URL, log: log}
	control.control = control
	return &Store{db: main, control: control, url: c.URL, log: log}, nil
}

// Close ends all pooled connections, waiting for those in use.
func (s *Store) Close() {
	s.db.Close()
	s.control.db.Close()
}

// Control returns the same store on the connections that are reserved for
// control requests, so that these never wait behind data requests.
func (s *Store) Control() *Store { return s.control }

// newPool opens a pool and checks that the database answers.
func newPool(ctx context.Context, url, name string, conns int32) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	configure(cfg.ConnConfig, name, map[string]string{
		"statement_timeout":                   "30s",
		"idle_in_transaction_session_timeout": "60s",
	})
	cfg.MaxConns = conns
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.AfterConnect = useUTC
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	return pool, nil
}

// connectWithin is how long a new connection may take, unless the URL says.
const connectWithin = 10 * time.Second

// configure names a connection for pg_stat_activity and adds settings to it.
func configure(cfg *pgx.ConnConfig, name string, settings map[string]string) {
	cfg.ConnectTimeout = orDefault(cfg.ConnectTimeout, connectWithin)
	cfg.RuntimeParams["application_name"] = name
	cfg.RuntimeParams["timezone"] = "UTC"
	for k, v := range settings {
		cfg.RuntimeParams[k] = v
	}
}

// useUTC makes a connection return times in UTC rather than in local time.
func useUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
