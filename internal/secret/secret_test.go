package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"stopdesktops/internal/secret"
)

const text = "fake-secret-for-tests"

type holder struct {
	Exported secret.String
	hidden   secret.String
	List     []secret.String
	Map      map[string]secret.String
}

func TestNeverPrinted(t *testing.T) {
	s := secret.New(text)
	h := holder{s, s, []secret.String{s}, map[string]secret.String{"k": s}}
	var out bytes.Buffer
	for _, v := range []any{s, &s, h, &h, []any{s}, fmt.Errorf("wrapped: %v", h)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%10.3s"} {
			fmt.Fprintf(&out, verb, v)
		}
		fmt.Fprintln(&out, v)
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(handler).Info("m", "secret", s, "holder", h, "list", h.List)
	}
	hex := fmt.Sprintf("%x", text)
	for _, leak := range []string{text, hex, strings.ToUpper(hex)} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("the secret was printed:\n%s", out.String())
		}
	}
	if !strings.Contains(out.String(), "REDACTED") {
		t.Error("nothing was printed at all: the test looks at the wrong thing")
	}
}

func TestReveal(t *testing.T) {
	var s secret.String
	if !s.Empty() || s.Reveal() != "" {
		t.Errorf("zero value: Empty %v, Reveal %q", s.Empty(), s.Reveal())
	}
	if err := s.UnmarshalText([]byte(text)); err != nil || s.Reveal() != text || s.Empty() {
		t.Errorf("after UnmarshalText: %q, empty %v, err %v", s.Reveal(), s.Empty(), err)
	}
}
