package main

import (
	"testing"

	"pgregory.net/rapid"
)

func TestTheDistanceOfWordsIsAMetric(t *testing.T) {
	t.Parallel()
	word := rapid.StringMatching(`[a-c]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		if (distance(a, b) == 0) != (a == b) {
			t.Errorf("%q and %q are %d apart", a, b, distance(a, b))
		}
		if distance(a, b) != distance(b, a) {
			t.Errorf("%q and %q are not as far apart as %q and %q", a, b, b, a)
		}
		if distance(a, c) > distance(a, b)+distance(b, c) {
			t.Errorf("over %q it is nearer from %q to %q", b, a, c)
		}
	})
}
