package main

// nearest is the name with the fewest letters to change, and whether none has
// to be.
func nearest(name string, names []string) (near string, exact bool) {
	best := -1
	for _, candidate := range names {
		if d := distance(name, candidate); best < 0 || d < best {
			near, best = candidate, d
		}
	}
	return near, best == 0
}

// distance counts the letters to insert, delete or replace to get from a to b
// (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
