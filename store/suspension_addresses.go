package store

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// AddressBan says that the addresses of somebody's browsers are banned.
type AddressBan struct {
	// None says that none are, also of those that were.
	None bool
	// Never says which addresses are not, besides those of this machine and of
	// private networks: chatd would lock out people whom it does not mean.
	Never func(netip.Addr) bool
}

// AddressBannedError means that nobody signs in or up from an address, until a
// time or, when that is nil, until somebody ends it. It is a kind of ErrForbidden.
type AddressBannedError struct{ Until *time.Time }

func (e *AddressBannedError) Error() string { return "the address is banned" }

// Unwrap makes an AddressBannedError a kind of ErrForbidden.
func (e *AddressBannedError) Unwrap() error { return ErrForbidden }

// choose returns which addresses of somebody are to be banned and which are
// spared, both sorted: those of browsers that are signed in, or were in the last
// thirty days.
func (a *AddressBan) choose(ctx context.Context, db querier, user int64) (banned, spared []string, err error) {
	if a == nil || a.None {
		return nil, nil, nil
	}
	rows, err := db.Query(ctx, `
		select distinct address
		from sessions
		where user_id = $1 and kind = 'browser' and address <> ''
			and (ended_at is null or last_used_at > now() - interval '30 days')`, user)
	if err != nil {
		return nil, nil, err
	}
	addresses, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, text := range addresses {
		address, network, ok := ParseAddress(text)
		switch {
		case !ok:
		case !isPublic(address) || a.Never(address):
			spared = append(spared, network)
		default:
			banned = append(banned, network)
		}
	}
	slices.Sort(banned)
	slices.Sort(spared)
	return slices.Compact(banned), slices.Compact(spared), err
}

// SuspensionAddresses returns which addresses a suspension of somebody would ban
// and which it would spare, both sorted. Errors are those of Suspend.
func (s *Store) SuspensionAddresses(ctx context.Context, by, user int64, ban AddressBan) (banned, spared []string, err error) {
	err = notOneself(ctx, by, user)
	if err == nil {
		err = judgeManagement(ctx, s.db, by, user)
	}
	if err == nil {
		banned, spared, err = ban.choose(ctx, s.db, user)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("find the addresses of user %d: %w", user, err)
	}
	return banned, spared, nil
}

// judgeManagement returns nil when by may manage user as things stand, and keeps
// nothing as it is.
func judgeManagement(ctx context.Context, db querier, by, user int64) (err error) {
	var m management
	if m.by, err = findUser(ctx, db, by); err != nil && !isNotFound(err) {
		return err
	}
	if m.user, err = findUser(ctx, db, user); err != nil && !isNotFound(err) {
		return err
	}
	return m.judge(ctx, db)
}

// ParseAddress reads the address that a request came from, and tells of which
// network it is: an IPv4 address alone, or 64 bits of an IPv6 address, within
// which a single machine can take any.
func ParseAddress(text string) (address netip.Addr, network string, ok bool) {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}, "", false
	}
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address, address.String(), true
	}
	prefix, err := address.Prefix(64)
	return address, prefix.String(), err == nil
}

// sharedSpace is what providers use between themselves and their customers
// (RFC 6598).
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

// isPublic reports whether an address may belong to one person alone, out in the
// world.
func isPublic(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !sharedSpace.Contains(a)
}

// bannedBy returns what a suspension bans, sorted.
func bannedBy(ctx context.Context, db querier, sanction int64) ([]string, error) {
	rows, err := db.Query(ctx, `
		select case when family(address) = 4 then host(address) else text(address) end
		from banned_addresses
		where sanction_id = $1`, sanction)
	if err != nil {
		return nil, err
	}
	banned, err := pgx.CollectRows(rows, pgx.RowTo[string])
	slices.Sort(banned)
	return banned, err
}

// AdmitAddress returns an *AddressBannedError when nobody signs in or up from an
// address. One that cannot be read is nobody's.
func (s *Store) AdmitAddress(ctx context.Context, address string) error {
	_, network, ok := ParseAddress(address)
	if !ok {
		return nil
	}
	var banned, forGood bool
	var until *time.Time
	err := s.db.QueryRow(ctx, `
		select count(*) > 0, coalesce(bool_or(s.until is null), false), max(s.until)
		from banned_addresses b
		join sanctions s on s.id = b.sanction_id
		where b.address = $1::inet and `+inForce(`s`), network).Scan(&banned, &forGood, &until)
	switch {
	case err != nil:
		return fmt.Errorf("look up an address: %w", err)
	case !banned:
		return nil
	case forGood:
		until = nil
	}
	return &AddressBannedError{Until: until}
}
