// Package migrations holds the database schema as numbered SQL files.
//
// Migrations only go forward. Each file is one transaction and must be safe
// while the previous version of chatd is still running on the same database.
package migrations

import "embed"

// Files holds every migration, named NNNN_subject.sql and applied in order.
//
//go:embed *.sql
var Files embed.FS
