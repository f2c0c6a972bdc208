package markup

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

// policy is all that a message's HTML may consist of. The writer makes nothing
// else; whatever it should make by mistake ends here.
var policy = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	id := regexp.MustCompile(`^[1-9][0-9]{0,18}$`)
	p.AllowElements("p", "br", "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "code",
		"div", "table", "thead", "tbody", "tr", "th", "td", "strong", "em", "del", "bdi")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^task$`)).OnElements("li")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("disabled", "checked").Matching(regexp.MustCompile(`^$`)).OnElements("input")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^code$`)).OnElements("pre")
	p.AllowAttrs("data-language").Matching(regexp.MustCompile(`^[a-z0-9+#._-]{1,32}$`)).OnElements("pre")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^table-scroll$`)).OnElements("div")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(?:spoiler|emoji|mention|hl-[a-z0-9]{1,4})$`)).OnElements("span")
	p.AllowAttrs("title").Matching(regexp.MustCompile(`^:[a-z0-9_+-]{1,50}:$`)).OnElements("span")
	p.AllowAttrs("data-user").Matching(id).OnElements("span")
	p.AllowAttrs("data-everyone").Matching(regexp.MustCompile(`^(?:room|here)$`)).OnElements("span")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^noopener noreferrer nofollow$`)).OnElements("a")
	p.AllowAttrs("target").Matching(regexp.MustCompile(`^_blank$`)).OnElements("a")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^room-link$`)).OnElements("a")
	p.AllowAttrs("data-room").Matching(id).OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	return p
}()

// guarded lets through what is allowed, which is everything that the writer makes.
func guarded(html string) string { return policy.Sanitize(html) }
