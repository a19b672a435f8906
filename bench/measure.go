package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// latency of a call to EDS, where there is one.
const latency = 50 * time.Millisecond

// Of an instance that is measured warm: invocations that do not count yet, and those that do.
const (
	warmUp = 20
	warm   = 60
)

// samples of one program.
type samples struct {
	ready, first []time.Duration // of instances without latency
	firstLate    []time.Duration // with it
	callLate     []time.Duration // warm invocations with it
	warm         []time.Duration
	apart        []time.Duration // warm invocations, the emulator on another processor
	peak         []int64
	cpu          []time.Duration // of one warm invocation
}

// measure everything about one desktop: rounds in which each program runs once, so that what
// disturbs this machine for a while disturbs them all alike.
func (b *bench) measure(ctx context.Context) error {
	all := map[string]*samples{}
	for _, p := range b.programs {
		all[p.name] = &samples{}
	}
	for round := range b.rounds {
		b.say("one desktop: round %d of %d", round+1, b.rounds)
		for _, p := range b.programs {
			if err := b.round(ctx, p, all[p.name]); err != nil {
				return err
			}
		}
	}
	for name, s := range all {
		f := b.figures[name]
		f.ReadyMs, f.FirstMs, f.FirstLateMs = ms(median(s.ready)), ms(median(s.first)), ms(median(s.firstLate))
		f.WarmP50Ms, f.WarmP99Ms = ms(median(s.warm)), ms(quantile(s.warm, 0.99))
		f.WarmLateMs = ms(median(s.callLate))
		if len(s.apart) > 0 {
			f.WarmApartMs = ms(median(s.apart))
		}
		f.PeakBytes, f.CPUMs = median(s.peak), ms(median(s.cpu))
	}
	return nil
}

// round of one program: a cold instance, a cold one with latency, a warm one.
func (b *bench) round(ctx context.Context, p *program, s *samples) error {
	cold, err := b.instance(ctx, p, 0, 1)
	if err != nil {
		return err
	}
	s.ready = append(s.ready, cold.ready)
	s.first = append(s.first, cold.first())
	s.peak = append(s.peak, cold.peak)

	late, err := b.instance(ctx, p, latency, 4)
	if err != nil {
		return err
	}
	s.firstLate = append(s.firstLate, late.first())
	s.callLate = append(s.callLate, late.took[1:]...)

	hot, err := b.instance(ctx, p, 0, warmUp+warm)
	if err != nil {
		return err
	}
	s.warm = append(s.warm, hot.took[warmUp:]...)
	s.cpu = append(s.cpu, (hot.cpu-cold.cpu)/(warmUp+warm-1))

	begin, undo, ok := apart()
	if !ok {
		return nil
	}
	b.begin = begin
	alone, err := b.instance(ctx, p, 0, warmUp+warm)
	b.begin = nil
	if err := cmp.Or(err, undo()); err != nil {
		return err
	}
	s.apart = append(s.apart, alone.took[warmUp:]...)
	return nil
}

// life of one instance.
type life struct {
	ready time.Duration   // from the start of the process to its first question for an invocation
	took  []time.Duration // by its invocations
	peak  int64           // memory, in bytes
	cpu   time.Duration
}

// first answer, from the start of the process on.
func (l life) first() time.Duration { return l.ready + l.took[0] }

// instance starts a program, lets it stop one desktop so many times, and ends it.
func (b *bench) instance(ctx context.Context, p *program, latency time.Duration, invocations int) (life, error) {
	s, err := b.open(ctx, p, invocations, latency, nil)
	if err != nil {
		return life{}, err
	}
	defer s.process.Stop()
	l := life{ready: s.process.Ready()}
	for range invocations {
		took, err := s.stop(ctx, 1)
		if err != nil {
			return life{}, err
		}
		l.took = append(l.took, took)
	}
	l.peak, l.cpu, err = s.close()
	return l, err
}

// fleets measures how long whole fleets take.
func (b *bench) fleets(ctx context.Context) error {
	for _, desktops := range b.sizes {
		rounds := 3
		if desktops > 10_000 {
			rounds = 1 // the naive handler takes a minute
		}
		bySide := map[string][]Fleet{}
		for round := range rounds {
			for _, p := range b.programs {
				if desktops > p.most || round > 0 && desktops > p.most/10 && p.most < 100_000 {
					continue // one round of what takes minutes is enough
				}
				b.say("%d desktops: round %d of %d, %s", desktops, round+1, rounds, p.name)
				f, err := b.fleet(ctx, p, desktops, nil)
				if err != nil {
					return err
				}
				bySide[p.name] = append(bySide[p.name], f)
			}
		}
		for _, p := range b.programs {
			list := bySide[p.name]
			if len(list) == 0 {
				continue
			}
			slices.SortFunc(list, func(a, b Fleet) int { return int(1e6 * (a.Seconds - b.Seconds)) })
			b.result.Fleets = append(b.result.Fleets, list[len(list)/2])
		}
	}
	return nil
}

// fleet stops so many desktops by one event, which names them or selects them.
func (b *bench) fleet(ctx context.Context, p *program, desktops int, by *selection) (Fleet, error) {
	q := *p
	q.env = map[string]string{"MAX_DESKTOPS": "100000"}
	s, err := b.open(ctx, &q, desktops, latency, by)
	if err != nil {
		return Fleet{}, err
	}
	defer s.process.Stop()
	took, err := s.stop(ctx, desktops)
	if err != nil {
		return Fleet{}, fmt.Errorf("%d desktops: %w", desktops, err)
	}
	calls := s.calls()
	peak, cpu, err := s.close()
	f := Fleet{Program: p.name, Desktops: desktops, Seconds: took.Seconds(), Calls: calls, PeakBytes: peak, CPUSeconds: cpu.Seconds()}
	if by != nil {
		f.By = by.by
	}
	return f, err
}

func median[T ~int64](list []T) T { return quantile(list, 0.5) }

// quantile of a list: the value that so much of it is not above.
func quantile[T ~int64](list []T, q float64) T {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
