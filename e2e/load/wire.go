package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// wire is a connection that speaks as much HTTP/1.1 as is needed here.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	host string
	out  []byte // reused
}

// answerHead is the beginning of an answer.
type answerHead struct {
	status     int
	length     int64 // -1: none
	chunked    bool
	closing    bool          // the connection ends with the answer
	retryAfter time.Duration // -1: none
}

// perAddress is how many connections begin at one loopback address. A machine
// has fewer ports than we may want connections.
const perAddress = 4000

var dialled atomic.Int64

// dial connects. A slow one takes little from the server: its buffer and its
// segments are small, so that what it does not read stays where it is.
func dial(ctx context.Context, addr string, slow bool) (*wire, error) {
	dialer := net.Dialer{
		Timeout: 10 * time.Second, KeepAlive: -1,
		LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+dialled.Add(1)/perAddress%200))},
	}
	if slow {
		dialer.Control = smallBuffers
	}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &wire{conn: conn, in: bufio.NewReaderSize(conn, 2048), host: addr}, nil
}

// smallBuffers makes a connection hold what a real one holds: the loopback's
// segments of 64 KiB would let megabytes wait in the kernel.
func smallBuffers(_, _ string, raw syscall.RawConn) error {
	var failed error
	err := raw.Control(func(fd uintptr) {
		failed = errors.Join(
			syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096),
			syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1400))
	})
	return errors.Join(err, failed)
}

func (w *wire) close() { _ = w.conn.Close() }

// post sends a request in one write.
func (w *wire) post(path, kind, cookie string, body []byte) error {
	b := append(append(append(w.out[:0], "POST "...), path...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, w.host...), "\r\nSec-Fetch-Site: same-origin\r\nCookie: "...)
	b = append(append(b, cookie...), "\r\nContent-Type: "...)
	b = append(append(b, kind...), "\r\nContent-Length: "...)
	b = append(strconv.AppendInt(b, int64(len(body)), 10), "\r\n\r\n"...)
	w.out = append(b, body...)
	_, err := w.conn.Write(w.out)
	return err
}

// callLimit is how long a call may take.
const callLimit = 30 * time.Second

var errNoHTTP = errors.New("this is no answer of HTTP/1.1")

// head reads the beginning of an answer.
func (w *wire) head() (h answerHead, err error) {
	h.length, h.retryAfter = -1, -1
	line, err := w.line()
	if err != nil {
		return h, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return h, errNoHTTP
	}
	if h.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return h, errNoHTTP
	}
	for {
		line, err := w.line()
		if err != nil {
			return h, unexpected(err)
		}
		if len(line) == 0 {
			return h, nil
		}
		h.take(line)
	}
}

func (h *answerHead) take(line []byte) {
	name, value, _ := bytes.Cut(line, []byte(": "))
	switch string(name) {
	case "Content-Length":
		h.length, _ = strconv.ParseInt(string(value), 10, 64)
	case "Transfer-Encoding":
		h.chunked = string(value) == "chunked"
	case "Connection":
		h.closing = string(value) == "close"
	case "Retry-After":
		if seconds, err := strconv.Atoi(string(value)); err == nil {
			h.retryAfter = time.Duration(seconds) * time.Second
		}
	}
}

// line reads a line of a head; it is valid until the next read.
func (w *wire) line() ([]byte, error) {
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

// body is what follows a head.
func (w *wire) body(h answerHead) io.Reader {
	switch {
	case h.chunked:
		return httputil.NewChunkedReader(w.in)
	case h.length >= 0:
		return io.LimitReader(w.in, h.length)
	default:
		return w.in
	}
}

// whole reads a whole answer into b.
func (w *wire) whole(h answerHead, b []byte) ([]byte, error) {
	if h.chunked || h.length < 0 {
		rest, err := io.ReadAll(w.body(h))
		if err == nil && h.chunked {
			_, err = w.line() // the end of the trailers
		}
		return rest, err
	}
	if int64(cap(b)) < h.length {
		b = make([]byte, h.length)
	}
	b = b[:h.length]
	_, err := io.ReadFull(w.in, b)
	return b, unexpected(err)
}

// call makes a request that is answered at once, and reads all of the answer
// into b.
func (w *wire) call(path, cookie string, body, b []byte) (h answerHead, answer []byte, err error) {
	_ = w.conn.SetDeadline(time.Now().Add(callLimit))
	if err := w.post(path, "application/json", cookie, body); err != nil {
		return h, nil, err
	}
	if h, err = w.head(); err != nil {
		return h, nil, err
	}
	answer, err = w.whole(h, b)
	return h, answer, err
}

// unexpected is the error for an end in the middle of something.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("the answer is cut: %w", io.ErrUnexpectedEOF)
	}
	return err
}
