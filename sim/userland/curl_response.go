package userland

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mxlab/sim/vnet"
)

// readLine reads a line of at most 64 KB.
func (c *curlTool) readLine(r *bufio.Reader) (string, error) {
	var b []byte
	for len(b) < 64<<10 {
		c.p.Step(1)
		part, err := r.ReadSlice('\n')
		b = append(b, part...)
		if err != bufio.ErrBufferFull {
			return strings.TrimRight(string(b), "\r\n"), err
		}
	}
	return "", io.ErrShortBuffer
}

// readHead reads status line and fields (RFC 9112 4, 5).
func (c *curlTool) readHead(r *bufio.Reader) *curlError {
	c.response = curlResponse{}
	first, err := c.readLine(r)
	switch {
	case err == vnet.ErrDeadline:
		return &curlError{28, fmt.Sprintf("Operation timed out after %d milliseconds with 0 bytes received", c.timeout.Milliseconds())}
	case err == io.EOF && first == "":
		return &curlError{52, "Empty reply from server"}
	case err != nil && err != io.EOF:
		return &curlError{56, "Recv failure: " + systemText(err)}
	}
	words := strings.Fields(first)
	if len(words) < 2 || !strings.HasPrefix(words[0], "HTTP/") {
		return &curlError{1, "Received HTTP/0.9 when not allowed"}
	}
	c.response.proto = words[0]
	c.response.status, _ = strconv.Atoi(words[1])
	line := first
	for n := 0; n < 1000; n++ {
		c.note("< %s", line)
		if c.head || c.include {
			c.p.Print(line + "\r\n")
		}
		if line == "" {
			return nil
		}
		if n > 0 {
			c.response.fields = append(c.response.fields, line)
		}
		if line, err = c.readLine(r); err != nil {
			return &curlError{56, "Recv failure: Connection reset by peer"}
		}
	}
	return &curlError{56, "Too large response headers"}
}

func (r *curlResponse) field(name string) string {
	for _, f := range r.fields {
		if n, v, _ := strings.Cut(f, ":"); strings.EqualFold(n, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// readBody reads the body: chunked, of the announced length, or up to the end
// of the connection (RFC 9112 6).
func (c *curlTool) readBody(r *bufio.Reader) ([]byte, *curlError) {
	if s := c.response.status; s == 204 || s == 304 || s/100 == 1 {
		return nil, nil
	}
	if strings.EqualFold(c.response.field("Transfer-Encoding"), "chunked") {
		return c.readChunks(r)
	}
	length := c.response.field("Content-Length")
	if length == "" {
		body, _ := io.ReadAll(r)
		return body, nil
	}
	n, err := strconv.ParseInt(length, 10, 64)
	if err != nil || n < 0 {
		return nil, &curlError{8, "Invalid Content-Length: value"}
	}
	body, _ := io.ReadAll(io.LimitReader(r, n))
	if missing := n - int64(len(body)); missing > 0 {
		return body, &curlError{18, fmt.Sprintf("transfer closed with %d bytes remaining to read", missing)}
	}
	return body, nil
}

func (c *curlTool) readChunks(r *bufio.Reader) (body []byte, failure *curlError) {
	for {
		line, err := c.readLine(r)
		if err != nil {
			return body, &curlError{18, "transfer closed with outstanding read data remaining"}
		}
		size, _, _ := strings.Cut(line, ";")
		n, err := strconv.ParseInt(strings.TrimSpace(size), 16, 32)
		if err != nil || n < 0 {
			return body, &curlError{56, "Malformed encoding found in chunked-encoding"}
		}
		if n == 0 {
			return body, nil
		}
		part, _ := io.ReadAll(io.LimitReader(r, n))
		body = append(body, part...)
		if int64(len(part)) < n {
			return body, &curlError{18, "transfer closed with outstanding read data remaining"}
		}
		c.readLine(r)
	}
}
