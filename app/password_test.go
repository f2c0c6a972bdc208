package app

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// cheap makes tests quick; the cost is no part of what they prove.
var cheap = HashParams{Memory: 64, Passes: 1, Threads: 1}

func TestAPasswordFitsItsHashAndNoOther(t *testing.T) {
	t.Parallel()
	h := NewHasher(DefaultHashParams, 0)
	encoded, err := h.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(encoded, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is %s", encoded)
	}
	for password, want := range map[string]bool{"correct horse": true, "correct horsf": false, "": false, "correct horse\x00": false} {
		ok, rehash, err := h.Verify(t.Context(), password, encoded)
		if err != nil || ok != want || rehash {
			t.Errorf("%q: ok %v, rehash %v, %v", password, ok, rehash, err)
		}
	}
	again, err := h.Hash(t.Context(), "correct horse")
	if err != nil || again == encoded {
		t.Errorf("the same password has the same hash twice: %v", err)
	}
}

func TestTheHashIsTheOneOfTheReferenceImplementation(t *testing.T) {
	t.Parallel()
	// From the tests of github.com/P-H-C/phc-winner-argon2.
	const vector = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, rehash, err := NewHasher(DefaultHashParams, 1).Verify(t.Context(), "password", vector)
	if !ok || !rehash || err != nil {
		t.Errorf("ok %v, rehash %v, %v", ok, rehash, err)
	}
}

func TestAWrongPasswordTakesTodaysTimeWhateverTheHashHasCost(t *testing.T) {
	t.Parallel()
	work := func(h *Hasher, password, encoded string) (work int64) {
		t.Helper()
		derive := h.derive
		h.derive = func(password, salt []byte, p HashParams, length int) []byte {
			work += int64(p.Memory) * int64(p.Passes)
			return derive(password, salt, p, length)
		}
		defer func() { h.derive = derive }()
		if ok, _, err := h.Verify(t.Context(), password, encoded); ok != (password == "correct horse") || err != nil {
			t.Errorf("ok %v, %v", ok, err)
		}
		return work
	}
	today := NewHasher(HashParams{Memory: 256, Passes: 2, Threads: 1}, 1)
	nobody := work(today, "wrong", "")
	for _, then := range []HashParams{cheap, {Memory: 256, Passes: 1, Threads: 1}, {Memory: 64, Passes: 7, Threads: 1}, today.params} {
		encoded, err := NewHasher(then, 1).Hash(t.Context(), "correct horse")
		if err != nil {
			t.Fatal(err)
		}
		if got := work(today, "wrong", encoded); got != nobody {
			t.Errorf("with a hash of %+v the work is %d, without one %d", then, got, nobody)
		}
		if got := work(today, "correct horse", encoded); got > nobody {
			t.Errorf("the right password takes the work %d", got)
		}
	}
}

func TestAHashWithOtherParametersIsToBeReplaced(t *testing.T) {
	t.Parallel()
	encoded, err := NewHasher(cheap, 1).Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	dearer := NewHasher(HashParams{Memory: 128, Passes: 1, Threads: 1}, 1)
	if ok, rehash, err := dearer.Verify(t.Context(), "correct horse", encoded); !ok || !rehash || err != nil {
		t.Errorf("ok %v, rehash %v, %v", ok, rehash, err)
	}
	if _, rehash, _ := dearer.Verify(t.Context(), "wrong", encoded); rehash {
		t.Error("a wrong password would replace the hash")
	}
}

func TestThePasswordIsTheSameHoweverItsLettersAreComposed(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap, 1)
	encoded, err := h.Hash(t.Context(), "caf\u00e9 caf\u00e9")
	if err != nil {
		t.Fatal(err)
	}
	if ok, _, err := h.Verify(t.Context(), "cafe\u0301 cafe\u0301", encoded); !ok || err != nil {
		t.Errorf("ok %v, %v", ok, err)
	}
}

func TestSomebodyWhoDoesNotExistCostsTheSameWork(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap, 1)
	type work struct {
		params         HashParams
		salt, password int
		length         int
	}
	var did []work
	h.derive = func(password, salt []byte, p HashParams, length int) []byte {
		did = append(did, work{p, len(salt), len(password), length})
		return make([]byte, length) // what the stand-in hash holds
	}
	encoded, err := h.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = h.Verify(t.Context(), "correct horse", encoded)
	if err != nil {
		t.Fatal(err)
	}
	if ok, rehash, err := h.Verify(t.Context(), "correct horse", ""); ok || rehash || err != nil {
		t.Errorf("nobody signed in: ok %v, rehash %v, %v", ok, rehash, err)
	}
	if did[1] != did[2] {
		t.Errorf("for somebody %+v, for nobody %+v", did[1], did[2])
	}
	if ok, _, err := h.Verify(t.Context(), strings.Repeat("x", 1_000_000), encoded); ok || err != nil {
		t.Errorf("an endless password: ok %v, %v", ok, err)
	}
	if got := did[3].password; got > maxPasswordBytes {
		t.Errorf("%d bytes of an endless password were hashed", got)
	}
}

func TestAHashThatIsDamagedOrATrapIsNeverComputed(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap, 1)
	h.derive = func([]byte, []byte, HashParams, int) []byte {
		t.Error("it was computed")
		return nil
	}
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHApl8ArZWb2GRPPc"
	for _, encoded := range []string{
		"x", "$", "$$$$$", "plain text", "$2a$10$abcdefghijklmnopqrstuv",
		"$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + key,
		"$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=4194304,t=1,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=131073,t=1,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=64,t=4294967295,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=64,t=1,p=0$" + salt + "$" + key,
		"$argon2id$v=19$m=64,t=1,p=255$" + salt + "$" + key,
		"$argon2id$v=19$m=64,t=1,p=256$" + salt + "$" + key,
		"$argon2id$v=19$m=64,t=1,p=16$" + salt + "$" + key,
		"$argon2id$v=19$m=-1,t=1,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=64,t=1,p=1,x=2$" + salt + "$" + key,
		"$argon2id$v=19$m=064,t=1,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=64,t=1,p=1$$" + key,
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$",
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$AAAA",
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + key + "=",
		"$argon2id$v=19$m=64,t=1,p=1$" + strings.Repeat("A", 400) + "$" + key,
		"$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + key + "$more",
	} {
		if ok, _, err := h.Verify(t.Context(), "password", encoded); ok || !errors.Is(err, errHashFormat) {
			t.Errorf("%s: ok %v, %v", encoded, ok, err)
		}
	}
}

func FuzzAStoredHashIsReadAsItWasWritten(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHApl8ArZWb2GRPPc")
	f.Fuzz(func(t *testing.T, encoded string) {
		hash, err := parseHash(encoded)
		if err == nil && (hash.String() != encoded || !hash.bounded()) {
			t.Errorf("%q is read as %q", encoded, hash)
		}
	})
}

func TestPasswordsAreLongEnoughAndNotEndless(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]string{
		"":                                "too short",
		"1234567":                         "too short",
		"12345678":                        "",
		"éééééééé":                        "",
		strings.Repeat("\u0065\u0301", 7): "too short",
		"        ":                        "",
		strings.Repeat("x", 1000):         "",
		strings.Repeat("x", 1001):         "too long",
		strings.Repeat("🦆", 250):          "",
		strings.Repeat("🦆", 251):          "too long",
		"valid \xff or not":               "not valid text",
	} {
		got := CheckPassword(password)
		if (want == "") != (got == "") || !strings.Contains(got, want) || !utf8.ValidString(got) {
			t.Errorf("%.20q: %q, want %q", password, got, want)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	h := NewHasher(DefaultHashParams, 0)
	for i := 0; b.Loop(); i++ {
		if _, err := h.Hash(b.Context(), fmt.Sprint("correct horse ", i)); err != nil {
			b.Fatal(err)
		}
	}
}
