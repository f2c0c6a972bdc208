// Package app is what people can do with chatd: the URL space, sessions,
// rules, rendering, and the glue between the store, the hub and presence.
package app

import (
	"context"
	"errors"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"golang.org/x/sync/errgroup"

	"chatd/comet"
	"chatd/presence"
	"chatd/store"
)

// Config is what an App needs from the program around it.
type Config struct {
	// Store is open and migrated. The App does not close it.
	Store *store.Store
	// Assets holds the built page: manifest.json and the files it names.
	Assets fs.FS
	// PublicURL is how people reach chatd: scheme, host, and the path below which
	// it is, if any. Nil means: whatever address they used.
	PublicURL *url.URL
	// TrustedProxies are the only peers whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// SetupCode lets somebody set up the workspace from another machine.
	// Empty means that only this machine itself may do so.
	SetupCode string
	// Version is told by the OpenAPI document.
	Version string
	// Log receives everything the App has to say. Nil means slog.Default.
	Log *slog.Logger
	// HashParams is the cost of a password's hash. Zero means
	// DefaultHashParams.
	HashParams HashParams
	// Times are the hub's. Zero means its defaults.
	Times comet.Times
}

// secure reports whether people reach chatd over HTTPS.
func (c Config) secure() bool { return c.PublicURL != nil && c.PublicURL.Scheme == "https" }

// App serves one workspace. Make it with New, run it with Run, and serve its
// Handler while Run runs.
type App struct {
	// Static after construction.
	config          Config
	log             *slog.Logger
	store           *store.Store
	sessions        *scs.SessionManager // through the main pool
	controlSessions *scs.SessionManager // through the reserved pool
	hub             *comet.Hub
	tracker         *presence.Tracker
	committer       *store.Committer
	doorbell        *store.Doorbell
	hasher          *Hasher
	throttle        *Throttle // of passwords and codes
	guesses         *Throttle // of access tokens
	worked          *workedTokens
	known           *knownLogins
	sends           *rateLimit[int64]
	newPasswords    *rateLimit[int64]
	choices         *rateLimit[int64] // of presence: each may be a notice to others
	reports         *rateLimit[int64]
	acts            *rateLimit[int64]  // reactions, pins and the like: each is an event for others
	keeps           *rateLimit[int64]  // drafts, what is saved and followed: each is a hint to one's own devices
	marks           *rateLimit[int64]  // how far one has read: so is each of these
	signUpTries     *rateLimit[string] // by network, like the next two
	signUps         *rateLimit[string] // without an invite
	invitedSignUps  *rateLimit[string]
	checks          *connectionChecks
	sights          *sights
	circles         *circles
	headcount       *headcount
	typing          *typing
	partings        *partings
	pushlets        *pushletSessions
	touches         *touches
	alerts          *alerts
	metrics         *metrics
	assets          *assets
	shell           *template.Template // the page
	plainPages      *template.Template // those without scripts
	handler         http.Handler

	// rung has one slot: a look is due. Never closed.
	rung chan struct{}
	// lookBack says that the next look has to go back further.
	lookBack atomic.Bool
	// lookFrom is where the next look begins. Owned by keepLooking.
	lookFrom int64

	readiness readiness
}

// New puts the App together. It asks the database once, where to begin looking
// for news, so nothing is missed that happens after the first request; ctx
// bounds that. It starts nothing.
func New(ctx context.Context, config Config) (*App, error) {
	if config.Log == nil {
		config.Log = slog.Default()
	}
	if config.HashParams == (HashParams{}) {
		config.HashParams = DefaultHashParams
	}
	if config.Times.Control == 0 {
		config.Times.Control = controlPatience
	}
	a := &App{
		config:          config,
		log:             config.Log,
		store:           config.Store,
		sessions:        newSessions(config.Store, config, lookUpPatience),
		controlSessions: newSessions(config.Store.Control(), config, controlLookUpPatience),
		hasher:          NewHasher(config.HashParams, 0),
		throttle:        NewThrottle(),
		guesses:         NewThrottle(),
		worked:          newWorkedTokens(),
		known:           newKnownLogins(),
		sends:           newRateLimit[int64](time.Second/20, 40), // until the settings are read
		newPasswords:    newRateLimit[int64](time.Minute/5, 5),
		choices:         newRateLimit[int64](3*time.Second, 20),
		reports:         newRateLimit[int64](5*time.Second, 20),
		acts:            newRateLimit[int64](time.Second/5, 60),
		keeps:           newRateLimit[int64](time.Second/10, 200),
		marks:           newRateLimit[int64](time.Second/10, 200),
		signUpTries:     newRateLimit[string](2*time.Second, 100),
		signUps:         newRateLimit[string](time.Minute, 5),
		invitedSignUps:  newRateLimit[string](time.Minute/10, 20),
		checks:          newConnectionChecks(),
		sights:          newSights(sightLife(config.Times)),
		partings:        newPartings(),
		pushlets:        newPushletSessions(),
		touches:         newTouches(),
		alerts:          newAlerts(),
		metrics:         newMetrics(config.Version),
		rung:            make(chan struct{}, 1),
	}
	origins, err := newOrigins(config.PublicURL)
	if err != nil {
		return nil, err
	}
	a.circles = newCircles(a.readCircles)
	a.headcount = newHeadcount(config.Store.CountHere, config.Store.MembersOf)
	a.typing = a.newTyping()
	a.tracker = presence.New(presence.Config{
		Leases:   leases{config.Store.Control()},
		OnChange: a.presenceChanged,
		Ring:     func() { a.doorbell.Ring() },
		Circles:  sightsInCircles{a.circles, a.sights},
		Count:    a.headcount.Count,
		Lags:     func() map[string]int { return a.hub.Lags() },
		Log:      config.Log,
	})
	a.hub = comet.New(comet.Config{
		Log:        feed{config.Store, a.alerts},
		ControlLog: feed{config.Store.Control(), a.alerts},
		Presence:   attendance{a},
		Activity:   attendance{a}.activity,
		Device:     deviceKind,
		Identify:   identify,
		Expires:    expires,
		Origins:    origins,
		Check:      a.loginLives,
		Lasting:    a.seesAll,
		Node:       a.tracker.Node(),
		Times:      config.Times,
		Logger:     config.Log,
	})
	a.doorbell = config.Store.NewDoorbell(a.tracker.Node(), a.reconnected, a.rang, a.heard)
	a.committer = config.Store.NewCommitter(store.CommitterConfig{OnCommit: a.committed, OnBatch: a.metrics.batch})
	a.collectFigures()
	begin, err := config.Store.Control().Look(ctx, 0)
	if err != nil {
		return nil, err
	}
	a.lookFrom = begin.Next
	if err := a.readSettings(ctx); err != nil {
		return nil, err
	}
	if a.assets, err = readAssets(config.Assets); err != nil {
		return nil, err
	}
	if a.shell, err = a.addressing(pageTemplate); err != nil {
		return nil, err
	}
	if a.plainPages, err = a.addressing(plainTemplates); err != nil {
		return nil, err
	}
	if a.handler, err = a.routes(origins); err != nil {
		return nil, err
	}
	return a, nil
}

// Handler serves the whole URL space.
func (a *App) Handler() http.Handler { return a.handler }

// Run does the work behind the requests: the committer, the doorbell, the
// looks, who sees whom and who is typing, the hub, presence and housekeeping. It
// returns when ctx has ended or one of them has failed, and all of its goroutines
// are gone. The error is nil when ctx has ended.
func (a *App) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// Presence outlives the hub, whose last sign-outs it has to store and ring
	// for.
	lastly, stopLast := context.WithCancel(context.WithoutCancel(ctx))
	defer stopLast()
	first, last := &errgroup.Group{}, &errgroup.Group{}
	start := func(group *errgroup.Group, ctx context.Context, work func(context.Context) error) {
		group.Go(func() error {
			defer stop() // none of them works without the others
			return work(ctx)
		})
	}
	start(last, lastly, a.doorbell.Run)
	start(last, lastly, a.tracker.Run)
	start(first, ctx, a.committer.Run)
	start(first, ctx, a.hub.Run)
	start(first, ctx, a.keepLooking)
	start(first, ctx, a.keepSights)
	start(first, ctx, a.keepCircles)
	start(first, ctx, a.keepCounting)
	start(first, ctx, a.keepTyping)
	start(first, ctx, a.keepAlerting)
	start(first, ctx, a.keepAdmitting)
	start(first, ctx, a.keepHouse)
	start(first, ctx, a.keepErasing)
	start(first, ctx, a.keepRetention)
	err := first.Wait()
	stopLast()
	return errors.Join(err, last.Wait())
}

// Drain answers every waiting poll, sends every stream elsewhere and ends the
// connection checks. Call it before the server's Shutdown, which would wait for
// them, and end Run after it. It returns when the polls and streams are gone or
// ctx has ended.
func (a *App) Drain(ctx context.Context) {
	a.checks.end()
	a.hub.Drain(ctx)
}
