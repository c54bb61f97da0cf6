package webui_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"

	"mxlab/sim"
	"mxlab/webui"
)

// TestBrowser uses the lab in Chromium as a student does. Each test has its own
// browser context: cookies, storage and sessions of its own.
//
// It is left out where there is no Chromium, unless MXLAB_BROWSER=require.
func TestBrowser(t *testing.T) {
	path := chromium(t)
	server, err := webui.New(webui.Config{Lib: sim.NewLibrary(), Teacher: wallKey, Gateway: true})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	site := httptest.NewServer(server.Handler())
	defer site.Close()

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WindowSize(1366, 768), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en-US"))
	alloc, closeAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	defer closeAlloc()
	browser, closeBrowser := chromedp.NewContext(alloc)
	defer closeBrowser()
	if err := chromedp.Do(browser); err != nil {
		t.Fatal("Chromium does not start: ", err)
	}
	for _, test := range browserTests() {
		t.Run(test.name, func(t *testing.T) {
			if test.long && os.Getenv("MXLAB_BROWSER") != "require" {
				t.Skip("takes long (MXLAB_BROWSER=require runs it)")
			}
			test.run(newTab(t, browser, site.URL))
		})
	}
}

// browserTest uses the page in some way. Its name begins with the numbers of the
// requirements in requirements.md it is about.
type browserTest struct {
	name string
	run  func(*tab)
	long bool
}

func browserTests() []browserTest {
	const long = true
	return []browserTest{
		{"solve with the mouse", solveWithMouse, false},
		{"the incident ends at the refusal", incidentEndsAtRefusal, false},
		{"language", languageSwitch, false},
		{"the fate of mail", fateOfMail, false},
		{"a question before a quiet event", predictBeforeQuiet, false},
		{"the map fits", mapFits, false},
		{"hosts and ways in sight", hostsInSight, false},
		{"find a scenario", findScenario, false},
		{"1 first load", firstLoad, false},
		{"2 interactive on a slow processor", interactive, long},
		{"3 4 many marks", manyMarks, long},
		{"5 a long log", longLog, long},
		{"6 many events at once", manyEvents, long},
		{"7 replay keeps nothing", replayKeepsNothing, long},
		{"8 twenty cuts", twentyKills, long},
		{"9 a new epoch", newEpoch, false},
		{"10 banner", banner, long},
		{"11 lost connections", lostConnections, false},
		{"12 class wall", classWall, long},
		{"real clients", realClients, false},
		{"13 time-outs answer at once", timeoutAtOnce, false},
		{"14 nothing moves on load", nothingMovesOnLoad, false},
		{"15 step, seek and play show the same", sameFrames, false},
		{"16 the past is recorded", pastIsRecorded, false},
		{"16 the queue as it was", queueThen, long},
		{"16 undo to here", undoToHere, false},
		{"16 branch from here", branchFromHere, false},
		{"17 step by step", stepByStep, long},
		{"18 no flashes", noFlashes, long},
		{"19 25 marks are events", marksAreEvents, long},
		{"20 21 one selection", oneSelection, long},
		{"22 losses are crossed", lossesAreCrossed, false},
		{"23 a cache tells its filler", cacheTellsItsFiller, false},
		{"24 evidence", evidenceOpens, false},
		{"26 28 broken again", brokenAgain, long},
		{"27 hints", hintsOneByOne, false},
		{"29 reload keeps the work", reloadKeepsWork, false},
		{"30 accessibility", accessible, false},
		{"31 solve with the keyboard", solveWithKeyboard, false},
		{"32 calm marks", calmMarks, long},
		{"33 the story tells all", storyTellsAll, long},
		{"34 letters in inputs", lettersInert, false},
		{"35 states without colour", states, long},
		{"36 targets", targets, long},
		{"37 320 pixels", narrow, false},
		{"38 pseudo-locale", pseudoLocale, long},
		{"39 Hangul", hangul, false},
		{"40 projector", projector, long},
	}
}

// chromium finds the browser, or ends the test.
func chromium(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("no browser in short tests")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, "no Chromium on this machine")
	return ""
}

// missing skips the test, or fails it if the browser's tests are required.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("MXLAB_BROWSER") == "require" {
		t.Fatal(what + ", and MXLAB_BROWSER=require")
	}
	t.Skip(what + " (MXLAB_BROWSER=require makes this an error)")
}
