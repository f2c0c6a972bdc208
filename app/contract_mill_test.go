package app

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A mill makes values from the schemas of the document: tame ones, which are
// what a schema asks for, and wild ones. It is one goroutine's own.
type mill struct {
	*rand.Rand
	spec *spec
	pool *pool
	wild float64 // how often a value is not what is asked for
}

func (m *mill) chance(p float64) bool { return m.Float64() < p }

func pick[T any](m *mill, from ...T) T { return from[m.IntN(len(from))] }

// odd are texts that something may stumble over.
var odd = []string{
	"", " ", "\t\n", "\x00", "a\x00b", "\x07\x1b[31m", "\u200b\u2060\ufeff", "\u202eabc\u202c", "\u2066x", "\u2028\u2029", "\ufeffx",
	"e\u0301", "\u1112\u1161\u11ab", "ﬀ", "ß", "İıſK", "аdmin", "\U0001f469\u200d\U0001f680", "\U0010ffff\ufffe", "\u0e49\u0e49\u0e49\u0e49",
	"'; drop table users; --", `"\`, "<script>alert(1)</script>", "</script>", "../../etc/passwd", "..", ".", "%s%d%n", "%00", "{{.}}", "${7*7}",
	"null", "undefined", "NaN", "-1", "1e999", "0x10", "true", "[]", "@", "a@b", "a@b.c\r\nX: y", "http://169.254.169.254/", "*", "?", "#",
	strings.Repeat("a", 81), strings.Repeat("é", 255), strings.Repeat("\U0001f600", 501), strings.Repeat("\u0301", 1000), strings.Repeat("x", 12_000),
}

// anyText is a text from nowhere.
func (m *mill) anyText() string {
	if m.chance(0.7) {
		return pick(m, odd...)
	}
	runes := make([]rune, m.IntN(60))
	for i := range runes {
		if runes[i] = rune(m.IntN(0x110000)); runes[i]>>11 == 0x1b { // no surrogates
			runes[i] = 'x'
		}
	}
	return string(runes)
}

// tameText is what a field of this name may well hold.
func (m *mill) tameText(name string) string {
	fresh := strconv.FormatUint(m.Uint64()>>20, 36)
	switch name {
	case "username":
		return m.again("login", "u"+fresh)
	case "email":
		return m.again("login", fresh) + "@example.org"
	case "password", "current_password", "new_password":
		return password
	case "client_id":
		return newUUID()
	case "until":
		return time.Now().Add(time.Duration(m.IntN(1000)) * time.Second).Format(time.RFC3339Nano)
	case "emoji":
		return pick(m, "", "🌴", "🏳️‍🌈", "7️⃣")
	case "time_zone":
		return pick(m, "", "Europe/Vienna", "Etc/GMT+3")
	case "login":
		return m.pool.text(m, "login")
	case "invite":
		return m.pool.text(m, "invite-token")
	case "after":
		return m.pool.text(m, "cursor")
	case "code":
		return setupCode
	default:
		return m.again("name", "some "+fresh)
	}
}

// again is mostly something new, else something that is there already.
func (m *mill) again(kind, fresh string) string {
	if m.chance(0.2) {
		return m.pool.text(m, kind)
	}
	return fresh
}

// text is a JSON text for a field.
func (m *mill) text(sc *schema, name string) string {
	if m.chance(m.wild) {
		if m.chance(0.1) {
			return pick(m, `"\ud83d"`, `"\udc00x"`, `"\ud83d\ud83d"`, `"\u0000"`, "\"\xff\"", `"\x"`, `"`)
		}
		return quote(m.anyText())
	}
	if len(sc.Enum) > 0 {
		return quote(pick(m, sc.Enum...).(string))
	}
	return quote(m.tameText(name))
}

func quote(text string) string {
	raw, _ := json.Marshal(text) // every text has an encoding
	return string(raw)
}

// edges are numbers that something may stumble over.
var edges = []string{
	"0", "-0", "-1", "1", "1.0", "1.5", "1e2", "9007199254740991", "9007199254740992", "9223372036854775807", "9223372036854775808",
	"-9223372036854775809", "2147483648", "4294967296", "1e308", "1e400", "0.1e-400", "123456789012345678901234567890",
}

// integer is a JSON number for a field.
func (m *mill) integer(sc *schema, name string) string {
	if m.chance(m.wild) {
		if m.chance(0.3) && sc.Minimum != nil {
			return strconv.FormatInt(int64(*sc.Minimum)-1, 10)
		}
		if m.chance(0.3) && sc.Maximum != nil {
			return strconv.FormatFloat(*sc.Maximum+1, 'f', -1, 64)
		}
		return pick(m, edges...)
	}
	switch strings.TrimSuffix(strings.TrimSuffix(name, "s"), "_id") {
	case "user":
		return m.pool.text(m, "user")
	case "room":
		return m.pool.text(m, "room")
	}
	low, high := int64(0), int64(1000)
	if sc.Minimum != nil {
		low = int64(*sc.Minimum)
	}
	if sc.Maximum != nil {
		high = int64(min(*sc.Maximum, math.MaxInt32))
	}
	return strconv.FormatInt(pick(m, low, low+m.Int64N(max(1, high-low+1)), high), 10)
}

// value is a JSON value for a field of this name.
func (m *mill) value(sc *schema, name string) string {
	sc = m.spec.resolve(sc)
	if m.chance(m.wild / 3) {
		return pick(m, "null", "true", "0", `""`, "[]", "{}", `"x"`, "-7", `{"a":1}`, "[[]]", "[null]")
	}
	kind := "string"
	if len(sc.Type) > 0 {
		kind = sc.Type[0]
	}
	switch kind {
	case "object":
		return m.object(sc)
	case "array":
		return m.array(sc, name)
	case "integer":
		return m.integer(sc, name)
	case "boolean":
		return pick(m, "true", "false")
	default:
		return m.text(sc, name)
	}
}

func (m *mill) array(sc *schema, name string) string {
	n := 1 + m.IntN(3)
	if m.chance(m.wild) {
		n = pick(m, 0, 1, 9, 300)
	}
	items := make([]string, n)
	for i := range items {
		items[i] = m.value(sc.Items, name)
	}
	return "[" + strings.Join(items, ",") + "]"
}

// object has the fields of its schema; when wild it lacks some, has some
// twice, and has some that nobody knows.
func (m *mill) object(sc *schema) string {
	var fields []string
	for _, name := range sortedKeys(sc.Properties) {
		required := slices.Contains(sc.Required, name)
		if required && m.chance(m.wild/2) || !required && m.chance(0.5) {
			continue
		}
		key := quote(name)
		if m.chance(m.wild / 4) {
			key = pick(m, strings.ToUpper(key), quote(name+" "), quote("\u0000"+name), `"\u0061"`)
		}
		fields = append(fields, key+":"+m.value(sc.Properties[name], name))
		if m.chance(m.wild / 4) {
			fields = append(fields, key+":"+m.value(sc.Properties[name], name))
		}
	}
	if m.chance(m.wild / 4) {
		fields = append(fields, quote(m.anyText())+":1", `"__proto__":{"role":"owner"}`)
	}
	m.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	return "{" + strings.Join(fields, ",") + "}"
}

// broken spoils a JSON text.
func (m *mill) broken(raw string) string {
	at := m.IntN(len(raw) + 1)
	switch m.IntN(10) {
	case 0:
		return raw[:at]
	case 1:
		return raw[:at] + string([]byte{byte(m.IntN(256))}) + raw[at:]
	case 2:
		return raw + pick(m, raw, "{}", "x", "\x00", "]")
	case 3:
		return "[" + raw + "]"
	case 4:
		return strings.Repeat(pick(m, "[", `{"a":`), pick(m, 50, 9_000, 11_000))
	case 5:
		deep := pick(m, 50, 5_000)
		return strings.Repeat(`{"a":`, deep) + raw + strings.Repeat("}", deep)
	case 6:
		return "\ufeff" + raw
	case 7:
		return ""
	case 8:
		return raw + strings.Repeat(" ", pick(m, 17<<10, 257<<10))
	default:
		return quote(raw)
	}
}

func sortedKeys[V any](of map[string]V) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
