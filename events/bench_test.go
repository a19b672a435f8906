package events

import (
	"fmt"
	"strings"
	"testing"
)

func benchmarkRequest(n int) []byte {
	return []byte(`{"RegionId":"cn-hangzhou","DesktopId":[` + strings.TrimSuffix(numbered(`"ecd-%016d",`, n), ",") + `],"StoppedMode":"StopCharging","Reason":"CHG0031337"}`)
}

func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{1, 100, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			raw := []byte(fmt.Sprintf(`{"specversion":"1.0","id":"6f0c1f1e","source":"acme.itsm","type":"itsm:Ticket:Approved","time":"2026-11-20T11:00:17.093Z","data":%s}`, benchmarkRequest(n)))
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if events, err := Decode(raw); err != nil || events[0].Err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseRequest(b *testing.B) {
	for _, n := range []int{1, 100, 10000, MaxDesktopIds} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			raw := benchmarkRequest(n)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseRequest(raw, "$"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecodeLargeBody is what a stranger's request of 31 MB costs before it is refused.
func BenchmarkDecodeLargeBody(b *testing.B) {
	for name, c := range map[string]struct{ piece, encoded string }{"text": {"a", "false"}, "base64": {"YWFh", "true"}, "escaped": {`\u4f60`, "false"}} {
		b.Run(name, func(b *testing.B) {
			raw := []byte(`{"version":"v1","rawPath":"/","headers":{},"requestContext":{"http":{"method":"POST","path":"/"}},"body":"` +
				strings.Repeat(c.piece, 31<<20/len(c.piece)) + `","isBase64Encoded":` + c.encoded + `}`)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if events, err := Decode(raw); err != nil || events[0].Err != nil {
					b.Fatal(err, events[0].Err)
				}
			}
		})
	}
}
