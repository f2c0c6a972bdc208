package app

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

const (
	minPasswordCharacters = 8
	maxPasswordBytes      = 1000

	saltLength = 16
	keyLength  = 32
)

// ErrBusy says that too many passwords are being checked at the moment. The
// same request may be tried again a few seconds later.
var ErrBusy = errors.New("too many passwords are being checked")

// errHashFormat says that a stored hash is not one this program would use.
var errHashFormat = errors.New("stored password hash is not a usable argon2id hash")

// HashParams is the cost of one argon2id hash.
type HashParams struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// DefaultHashParams is what the OWASP Password Storage Cheat Sheet asks for at
// least: 19 MiB and two passes on one thread. OWASP ranks it equal to 46 MiB
// and one pass; the one with less memory is chosen because a small server has
// to bear several hashes at once when everybody signs in after a restart.
var DefaultHashParams = HashParams{Memory: 19 * 1024, Passes: 2, Threads: 1}

// maxHashParams bounds what a stored hash may cost, so that a row that was
// tampered with cannot stop the server.
var maxHashParams = HashParams{Memory: 128 * 1024, Passes: 16, Threads: 16}

// Hasher makes and checks password hashes, only a few at the same time. A
// hash carries its own parameters (a PHC string), so the cost may be raised
// while older hashes stay valid.
type Hasher struct {
	// Static after construction.
	params HashParams
	derive func(password, salt []byte, p HashParams, length int) []byte

	hashQueue
}

// NewHasher returns a hasher that makes new hashes with params and runs at
// most parallel hashes at the same time; zero chooses a number that the
// machine's cores and memory bear.
func NewHasher(params HashParams, parallel int) *Hasher {
	if parallel <= 0 {
		parallel = defaultParallelHashes(params)
	}
	return &Hasher{
		params:    params,
		hashQueue: newHashQueue(parallel),
		derive: func(password, salt []byte, p HashParams, length int) []byte {
			//nolint:gosec // length is at most 64, see storedHash.bounded
			return argon2.IDKey(password, salt, p.Passes, p.Memory, p.Threads, uint32(length))
		},
	}
}

// CheckPassword returns what is wrong with a new password as a sentence for
// people, or "" when it will do. As NIST SP 800-63B advises, only the length
// counts: no rules about digits or signs, which make passwords worse.
func CheckPassword(password string) string {
	switch {
	case !utf8.ValidString(password):
		return "The password contains characters that are not valid text. Please choose another one."
	case utf8.RuneCountInString(norm.NFC.String(password)) < minPasswordCharacters:
		return fmt.Sprintf("The password is too short. Please use at least %d characters; a few words are a good choice.", minPasswordCharacters)
	case len(norm.NFC.String(password)) > maxPasswordBytes:
		return fmt.Sprintf("The password is too long. Please use at most %d characters.", maxPasswordBytes)
	}
	return ""
}

// Hash returns the hash to store for a password. Errors: ErrBusy, or that of
// ctx.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails; see crypto/rand
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	key := h.key(password, salt, h.params, keyLength)
	return storedHash{params: h.params, salt: salt, key: key}.String(), nil
}

// Verify says whether the password belongs to a stored hash, and whether the
// hash should be replaced because it was made with other parameters than
// today's. With encoded == "" (nobody of that name) it does the same work and
// says no. Errors: ErrBusy, that of ctx, or a stored hash that is damaged.
func (h *Hasher) Verify(ctx context.Context, password, encoded string) (ok, rehash bool, err error) {
	stored := h.nobody()
	known := encoded != "" && len(password) <= maxPasswordBytes
	if known {
		if stored, err = parseHash(encoded); err != nil {
			return false, false, err
		}
	} else {
		password = password[:min(len(password), maxPasswordBytes)]
	}
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	key := h.key(password, stored.salt, stored.params, len(stored.key))
	same := subtle.ConstantTimeCompare(key, stored.key) == 1
	ok = known && same
	if rest, some := h.rest(stored.params); some && !ok {
		h.key(password, stored.salt, rest, keyLength)
	}
	return ok, ok && (stored.params != h.params || len(stored.key) != keyLength), nil
}

// rest is the work that today's cost is beyond p, if there is some. It is done
// with wrong passwords for older, cheaper hashes: otherwise the time would tell
// whose hash is one, and so that somebody of this name exists.
func (h *Hasher) rest(p HashParams) (rest HashParams, some bool) {
	work := int64(h.params.Memory)*int64(h.params.Passes) - int64(p.Memory)*int64(p.Passes)
	rest = h.params
	rest.Memory = uint32(max(0, work) / int64(rest.Passes)) //nolint:gosec // at most h.params.Memory
	return rest, rest.Memory >= 8*uint32(rest.Threads)
}

// nobody is the hash that stands in for a person who does not exist. No
// password fits it.
func (h *Hasher) nobody() storedHash {
	return storedHash{params: h.params, salt: make([]byte, saltLength), key: make([]byte, keyLength)}
}

// key derives a key. Passwords are compared in Unicode's form NFC, because the
// same word typed on two systems may differ in bytes.
func (h *Hasher) key(password string, salt []byte, p HashParams, length int) []byte {
	return h.derive([]byte(norm.NFC.String(password)), salt, p, length)
}

// storedHash is a hash as it stands in the database, in the PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>.
type storedHash struct {
	params HashParams
	salt   []byte
	key    []byte
}

// String is the PHC string.
func (s storedHash) String() string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		s.params.Memory, s.params.Passes, s.params.Threads,
		enc.EncodeToString(s.salt), enc.EncodeToString(s.key))
}

// parseHash reads a PHC string and refuses what would cost too much.
func parseHash(encoded string) (storedHash, error) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" ||
		parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return storedHash{}, errHashFormat
	}
	var s storedHash
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &s.params.Memory, &s.params.Passes, &s.params.Threads); err != nil {
		return storedHash{}, errHashFormat
	}
	var err1, err2 error
	s.salt, err1 = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	s.key, err2 = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	// A string that is not written exactly as this program writes it is not its own.
	if err1 != nil || err2 != nil || s.String() != encoded || !s.bounded() {
		return storedHash{}, errHashFormat
	}
	return s, nil
}

// bounded says whether the hash is neither a joke nor a trap.
func (s storedHash) bounded() bool {
	p := s.params
	return p.Memory >= 8*uint32(p.Threads) && p.Memory <= maxHashParams.Memory &&
		p.Passes >= 1 && p.Passes <= maxHashParams.Passes &&
		p.Threads >= 1 && p.Threads <= maxHashParams.Threads &&
		len(s.salt) >= 8 && len(s.salt) <= 64 &&
		len(s.key) >= 16 && len(s.key) <= 64
}
