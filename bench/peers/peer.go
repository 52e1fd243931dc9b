// SPDX-License-Identifier: MIT

// Go: goroutines and its channels, one for each row of tasks, and with `echo` a server.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

type row struct {
	kind           string
	workers, width int
	count          int
}

func rowOf(arguments []string) row {
	if len(arguments) != 5 {
		fmt.Fprintf(os.Stderr, "usage: %s KIND WORKERS WIDTH COUNT\n", arguments[0])
		os.Exit(2)
	}
	number := func(i int) int {
		n, err := strconv.Atoi(arguments[i])
		if err != nil {
			panic(err)
		}
		return n
	}
	return row{arguments[1], number(2), number(3), number(4)}
}

func cpuNs() float64 {
	var now syscall.Timespec
	const processCPU = 2
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, processCPU, uintptr(unsafe.Pointer(&now)), 0)
	return float64(now.Sec)*1e9 + float64(now.Nsec)
}

type stopwatch struct {
	cpu   float64
	start time.Time
}

func start() stopwatch { return stopwatch{cpuNs(), time.Now()} }

func (w stopwatch) print(count int) {
	wall := float64(time.Since(w.start).Nanoseconds())
	cpu := cpuNs() - w.cpu
	fmt.Printf("{\"wall_ns\": %.3f, \"cpu_ns\": %.3f}\n", wall/float64(count), cpu/float64(count))
}

func check(done bool) {
	if !done {
		panic("the work was not done")
	}
}

func residentBytes() float64 {
	text, _ := os.ReadFile("/proc/self/statm")
	pages, _ := strconv.ParseFloat(strings.Fields(string(text))[1], 64)
	return pages * 4096
}

func channel(r row, capacity int) {
	messages := make(chan uint64, capacity)
	watch := start()
	var producers sync.WaitGroup
	producers.Add(r.width)
	for i := 0; i < r.width; i++ {
		go func() {
			for k := 0; k < r.count/r.width; k++ {
				messages <- uint64(k)
			}
			producers.Done()
		}()
	}
	go func() { producers.Wait(); close(messages) }()
	count := 0
	for range messages {
		count++
	}
	check(count == r.count)
	watch.print(count)
}

func pingPong(count int) {
	there, back := make(chan uint64, 1), make(chan uint64, 1)
	watch := start()
	go func() {
		for message := range there {
			back <- message + 1
		}
	}()
	for i := 0; i < count; i++ {
		there <- uint64(i)
		check(<-back == uint64(i)+1)
	}
	watch.print(count)
}

// Runs step in width goroutines, or here if one is enough, and waits for all.
func inParallel(width int, step func()) {
	if width == 1 {
		step()
		return
	}
	var all sync.WaitGroup
	all.Add(width)
	for i := 0; i < width; i++ {
		go func() { step(); all.Done() }()
	}
	all.Wait()
}

func mutex(r row) {
	var m sync.Mutex
	sum := 0
	watch := start()
	inParallel(r.width, func() {
		for i := 0; i < r.count/r.width; i++ {
			m.Lock()
			sum++
			m.Unlock()
		}
	})
	check(sum == r.count)
	watch.print(r.count)
}

func yields(r row) {
	watch := start()
	inParallel(r.width, func() {
		for i := 0; i < r.count/r.width; i++ {
			runtime.Gosched()
		}
	})
	watch.print(r.count)
}

func spawnOne(count int) {
	sum := 0
	watch := start()
	for i := 0; i < count; i++ {
		result := make(chan int, 1)
		go func(i int) { result <- i }(i)
		sum += <-result
	}
	check(sum == count*(count-1)/2)
	watch.print(count)
}

func spawnMany(size, count int) {
	var sum uint64
	watch := start()
	for batch := 0; batch < count; batch += size {
		var all sync.WaitGroup
		all.Add(size)
		for n := 0; n < size; n++ {
			go func(i int) { atomic.AddUint64(&sum, uint64(i)); all.Done() }(batch + n)
		}
		all.Wait()
	}
	check(sum == uint64(count)*uint64(count-1)/2)
	watch.print(count)
}

func fib(n int) uint64 {
	if n < 2 {
		return uint64(n)
	}
	first := make(chan uint64, 1)
	go func() { first <- fib(n - 1) }()
	second := fib(n - 2)
	return <-first + second
}

func skynet(parent chan uint64, number, size uint64) {
	if size == 1 {
		parent <- number
		return
	}
	children := make(chan uint64, 10)
	for i := uint64(0); i < 10; i++ {
		go skynet(children, number+i*(size/10), size/10)
	}
	var sum uint64
	for i := 0; i < 10; i++ {
		sum += <-children
	}
	parent <- sum
}

func sleeps(count int) {
	random := uint64(88172645463325252)
	var all sync.WaitGroup
	all.Add(count)
	watch := start()
	begin := time.Now()
	for i := 0; i < count; i++ {
		random ^= random << 13
		random ^= random >> 7
		random ^= random << 17
		deadline := begin.Add(time.Duration(random%1_000_000) * time.Microsecond)
		go func() { time.Sleep(time.Until(deadline)); all.Done() }()
	}
	all.Wait()
	watch.print(count)
}

func timersDropped(count int) {
	watch := start()
	for i := 0; i < count; i++ {
		time.NewTimer(time.Duration(10_000+i*7919%50_000) * time.Millisecond).Stop()
	}
	watch.print(count)
}

func alive(count int, wait func()) {
	before := residentBytes()
	var begun int64
	for i := 0; i < count; i++ {
		go func() { atomic.AddInt64(&begun, 1); wait() }()
	}
	for atomic.LoadInt64(&begun) < int64(count) {
		runtime.Gosched()
	}
	fmt.Printf("{\"bytes\": %.1f}\n", (residentBytes()-before)/float64(count))
}

func echo() {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	for {
		connection, err := listener.Accept()
		if err != nil {
			continue
		}
		go func() {
			buffer := make([]byte, 1024)
			for {
				n, err := connection.Read(buffer)
				if err == nil {
					_, err = connection.Write(buffer[:n])
				}
				if err != nil {
					connection.Close()
					return
				}
			}
		}()
	}
}

func main() {
	r := rowOf(os.Args)
	if r.workers > 0 {
		runtime.GOMAXPROCS(r.workers)
	}
	switch r.kind {
	case "bounded":
		channel(r, 1024)
	case "rendezvous":
		channel(r, 0)
	case "ping-pong":
		pingPong(r.count)
	case "mutex":
		mutex(r)
	case "yield":
		yields(r)
	case "spawn-one":
		spawnOne(r.count)
	case "spawn-many":
		spawnMany(r.width, r.count)
	case "fib":
		watch := start()
		check(fib(r.width) == 832040)
		watch.print(r.count)
	case "skynet":
		watch := start()
		result := make(chan uint64, 1)
		go skynet(result, 0, 1_000_000)
		check(<-result == 499999500000)
		watch.print(r.count)
	case "sleeps":
		sleeps(r.count)
	case "timers-dropped":
		timersDropped(r.count)
	case "alive":
		alive(r.count, func() { select {} })
	case "alive-sleeping":
		alive(r.count, func() { time.Sleep(100 * time.Second) })
	case "echo":
		echo()
	default:
		fmt.Fprintf(os.Stderr, "no row of this program: %s with %d workers\n", r.kind, r.workers)
		os.Exit(2)
	}
}
