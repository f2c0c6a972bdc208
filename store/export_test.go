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

// The committer's statements and the settings under which they are planned.
var (
	CommitterSettings   = committerSettings
	CommitterStatements = map[string]string{
		"(bigint[])": lockTopicsOrSkip,
		"(bigint)":   movePending,
		"(bigint[], bigint[], uuid[], uuid[], text[])": postSends,
	}
)

// ValidUsername says whether a name can be a user name.
func ValidUsername(username string) error {
	_, err := cleanUsername(username)
	return err
}
