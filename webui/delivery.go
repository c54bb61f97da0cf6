package webui

import (
	"mxlab/sim/mail"
	"mxlab/sim/trace"
)

// deliveryOf returns the event by which a message came into its mailbox: the
// last delivery of the queue id that the topmost Received field names (RFC 5321
// 4.4), 0 if there is none.
func deliveryOf(log *trace.Log, data string) (seq uint64) {
	m := mail.ParseMessage([]byte(data))
	trail := m.All("Received")
	if len(trail) == 0 {
		return 0
	}
	id := mail.ParseReceived(trail[0]).ID
	if id == "" {
		return 0
	}
	log.After(0, func(e *trace.Event) bool {
		if e.Kind == trace.Deliver && e.Data != nil {
			for _, f := range e.Data.Fields() {
				if f.Name == "id" && f.Value == id {
					seq = e.Seq
				}
			}
		}
		return true
	})
	return seq
}
