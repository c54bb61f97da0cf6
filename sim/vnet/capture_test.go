package vnet_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"mxlab/sim/vnet"
	"mxlab/sim/vtime"
)

// A live capture on a host shows the same frames as the capture that is made of
// the trace afterwards.
func TestLiveCaptureIsTheRecordedOne(t *testing.T) {
	l := newLab(t, 1)
	live := map[string][]string{}
	line := func(at time.Duration, frame []byte) string { return fmt.Sprintf("%v %x", at, frame) }
	l.do(t, func(op *vtime.Task) {
		taps := map[string]*vnet.Tap{"pc": l.pc.Tap(nil), "r1": l.r1.Tap(nil), "srv": l.srv.Tap(nil)}
		traffic(t, l, op)
		s, _ := l.pc.ListenUDP(ap("0.0.0.0:0"), vnet.Owner{}, nil)
		s.SendTo(ap(srv4+":99"), []byte("odd"))
		op.Sleep(5 * time.Second)
		for name, tap := range taps {
			for _, s := range tap.Take() {
				frame, _ := s.AppendFrame(nil)
				live[name] = append(live[name], line(s.At, frame))
			}
			if tap.Dropped() != 0 {
				t.Errorf("%s dropped %d frames", name, tap.Dropped())
			}
			tap.Close()
		}
	})
	for name, got := range live {
		var want []string
		for _, p := range captured(t, l, vnet.CaptureOptions{Node: name}) {
			want = append(want, line(p.Time.Sub(start), p.Data))
		}
		if slices.Sort(got); len(got) < 10 {
			t.Errorf("%s saw only %d frames", name, len(got))
		}
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("%s: live %d frames, recorded %d\n%s\n--\n%s", name, len(got), len(want), strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// ACKs that carry nothing else are shown, but not where an answer carries them.
func TestCaptureShowsPureACKs(t *testing.T) {
	l := newLab(t, 1)
	l.do(t, func(op *vtime.Task) {
		traffic(t, l, op)
		op.Sleep(5 * time.Second)
	})
	pure, ends := 0, map[string]uint32{}
	for _, p := range captured(t, l, vnet.CaptureOptions{Node: "pc"}) {
		b := p.Data[14:]
		if p.Data[12] != 8 || p.Data[13] != 0 || b[9] != vnet.ProtoTCP {
			continue
		}
		tcp := b[20:]
		flow := string(b[12:20]) + string(tcp[:4])
		if tcp[13] == byte(vnet.ACK) && len(tcp) == int(tcp[12]>>4)*4 {
			pure++
			if b[0] == 0x45 && ends[flow] == be32(tcp[8:]) {
				t.Errorf("the same ACK twice: % x", b)
			}
		}
		ends[flow] = be32(tcp[8:])
	}
	if pure == 0 {
		t.Error("no ACK is to be seen")
	}
}

func be32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// A capture may be written while the world goes on.
func TestCaptureBesideTheWorld(t *testing.T) {
	l := newLab(t, 1)
	done, stop := make(chan error, 1), make(chan struct{})
	go func() {
		var err error
		for err == nil {
			err = l.net.WriteCapture(io.Discard, start, vnet.CaptureOptions{Everywhere: true})
			select {
			case <-stop:
				done <- err
				return
			default:
			}
		}
		done <- err
	}()
	l.do(t, func(op *vtime.Task) {
		traffic(t, l, op)
	})
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
	var a, b bytes.Buffer
	l.net.WriteCapture(&a, start, vnet.CaptureOptions{})
	l.net.WriteCapture(&b, start, vnet.CaptureOptions{})
	if !bytes.Equal(a.Bytes(), b.Bytes()) || a.Len() == 0 {
		t.Error("two captures of the same world differ")
	}
}
