package store

// The statements whose plans are tested.
var (
	HistoryBefore = historyBefore
	HistoryAfter  = historyAfter
)

// RoomsOfUser is the longest statement of an overview.
const RoomsOfUser = roomsOfUser

// MigrateFiles is Migrate with other migrations.
var MigrateFiles = migrate
