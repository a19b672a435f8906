package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"
)

// cores is a set of processors, as sched_setaffinity takes it: room for 1,024.
type cores [16]uint64

func (c *cores) add(n int) { c[n/64] |= 1 << (n % 64) }

// list returns the processors of the set.
func (c *cores) list() []int {
	var all []int
	for n := range len(c) * 64 {
		if c[n/64]&(1<<(n%64)) != 0 {
			all = append(all, n)
		}
	}
	return all
}

// affinity sets or gets the processors of a thread; 0 is the thread that asks.
func affinity(call uintptr, thread int, c *cores) error {
	if _, _, failed := syscall.RawSyscall(call, uintptr(thread), unsafe.Sizeof(*c), uintptr(unsafe.Pointer(c))); failed != 0 {
		return failed
	}
	return nil
}

// apart gives this process, which the emulator is a part of, one processor, and what begin starts another. It
// returns how to undo that. ok is false where there are fewer than two processors.
func apart() (begin func(start func() error) error, undo func() error, ok bool) {
	var all cores
	if affinity(syscall.SYS_SCHED_GETAFFINITY, 0, &all) != nil || len(all.list()) < 2 {
		return nil, nil, false
	}
	var ours, theirs cores
	ours.add(all.list()[0])
	theirs.add(all.list()[1])
	if allThreads(&ours) != nil {
		return nil, nil, false
	}
	begin = func(start func() error) error {
		runtime.LockOSThread() // a new process has the processors of the thread that starts it
		defer runtime.UnlockOSThread()
		if err := affinity(syscall.SYS_SCHED_SETAFFINITY, 0, &theirs); err != nil {
			return err
		}
		err := start()
		if back := affinity(syscall.SYS_SCHED_SETAFFINITY, 0, &ours); err == nil {
			err = back
		}
		return err
	}
	return begin, func() error { return allThreads(&all) }, true
}

// allThreads of this process get these processors. Threads that are made later get those of their maker.
func allThreads(c *cores) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		if err := affinity(syscall.SYS_SCHED_SETAFFINITY, id, c); err != nil && err != syscall.ESRCH {
			return fmt.Errorf("the processors of a thread: %w", err)
		}
	}
	return nil
}
