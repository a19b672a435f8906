package routes_test

import "testing"

// BenchmarkMap is what becomes of a body on a route that uses every kind of entry.
func BenchmarkMap(b *testing.B) {
	m := route(b, maximal).Mapping
	body := []byte(`{"desktops":[{"value":"ecd-a","id":"1"},{"value":"ecd-b"}],"region":"cn-shanghai","ticket":10431,"update":"true","idle":"030","spare":["li si",{"value":"wang"}]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Map(body, "$"); err != nil {
			b.Fatal(err)
		}
	}
}
