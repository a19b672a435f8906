package setting

import (
	"bytes"
	"errors"
)

// Decode returns the text of a file in UTF-8, without the byte order mark that editors put in front. A file in UTF-16 or
// UTF-32 is refused: read as UTF-8 none of its lines would say what its writer sees.
func Decode(file []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xfe")), bytes.HasPrefix(file, []byte("\xfe\xff")), bytes.IndexByte(file, 0) >= 0:
		return nil, errors.New("is in UTF-16, or no text: save it as UTF-8")
	}
	return bytes.TrimPrefix(file, []byte("\ufeff")), nil
}
