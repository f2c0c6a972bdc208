package app

import "chatd/store"

// PageQuery says which part of a list is wanted.
type PageQuery struct {
	After string `query:"after" maxLength:"4000" doc:"The next of an earlier page. Without it the list begins at its beginning."`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
}

func (q PageQuery) page() store.Page { return store.Page{After: q.After, Limit: q.Limit} }

// NextPage stands beside the entries of a page.
type NextPage struct {
	Next *string `json:"next" doc:"What the next page comes after; null on the last one."`
}

func nextPage(next string) NextPage {
	if next == "" {
		return NextPage{}
	}
	return NextPage{Next: &next}
}
