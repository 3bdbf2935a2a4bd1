import Benchmark
import BenchmarkSubjects
import Foundation

/// A day's keys destroyed, whatever the day holds; beside it, what a user would pick instead.
func forgetting() {
    for count in [1, 10_000, 1_000_000] {
        let few = Benchmark.Configuration.measuring(for: .seconds(5), atMost: 100, warmUp: 0)
        Benchmark("tear off a day of \(count) records: ours", configuration: few) { benchmark, subject in
            try subject.tearOff()
        } setup: {
            let calendar = try MeasuredCalendar(below: Place.fresh())
            try calendar.fill(count)
            return calendar
        }

        let once = Benchmark.Configuration.measuring(for: .seconds(60), atMost: 3, warmUp: 0)
        Benchmark("tear off a day of \(count) records: SQLite", configuration: once) { benchmark, subject in
            try subject.fill(count)
            benchmark.startMeasurement()
            try subject.deleteAll()
        } setup: {
            try Table(path: "\(try Place.fresh())/keys.sqlite")
        }
    }

    for count in [1, 100] {
        let once = Benchmark.Configuration.measuring(for: .seconds(60), atMost: 3, warmUp: 0)
        Benchmark("tear off a day of \(count) records: shred", configuration: once) { benchmark in
            let place = try Place.fresh()
            for number in 0..<count { try Data(repeating: 7, count: 32).write(to: URL(filePath: "\(place)/\(number)")) }
            let shred = Process()
            shred.executableURL = URL(filePath: "/bin/sh")
            shred.arguments = ["-c", "cd \(place) && ls | xargs shred -u"]
            benchmark.startMeasurement()
            try shred.run()
            shred.waitUntilExit()
        }
    }

    for count in [1_000, 1_000_000] {
        let few = Benchmark.Configuration.measuring(for: .seconds(5), atMost: MeasuredCalendar.erasures, warmUp: 0)
        Benchmark("erase one of \(count) conversations: ours", configuration: few) { benchmark, subject in
            try subject.erase()
        } setup: {
            let calendar = try MeasuredCalendar(below: Place.fresh())
            try calendar.fillYear(count)
            return calendar
        }
    }

    let rows = Benchmark.Configuration.measuring(for: .seconds(5), atMost: 200, warmUp: 0)
    Benchmark("erase one of 1000000 conversations: SQLite", configuration: rows) { benchmark, subject in
        try subject.deleteOne()
    } setup: {
        let table = try Table(path: "\(try Place.fresh())/keys.sqlite")
        try table.fill(1_000_000)
        return table
    }
}
