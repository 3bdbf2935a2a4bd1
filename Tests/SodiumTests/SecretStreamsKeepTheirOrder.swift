import CSodium
import Sodium
import SodiumOpen
import SodiumSeal
import Testing

struct SecretStreamsKeepTheirOrder {
    private static let keyBytes = Array(UInt8(0)..<32)

    /// A stream of three messages, the last with FINAL.
    private func stream() throws -> (header: [UInt8], messages: [[UInt8]]) {
        var writer = StreamWriter(key: secret(Self.keyBytes))
        let header = writer.header
        var messages: [[UInt8]] = []
        for (text, tag) in [([1], .rekey), ([2, 2], .rekey), ([], .final)] as [([UInt8], SecretStream.Tag)] {
            messages.append(try writer.push(text.rawSpan, tag: tag))
        }
        return (header, messages)
    }

    private func read(_ header: [UInt8], _ messages: [[UInt8]], key: [UInt8] = keyBytes) -> (
        plain: [[UInt8]], isFinished: Bool, error: SodiumError?
    ) {
        var plain: [[UInt8]] = []
        do throws(SodiumError) {
            let key = secret(key)
            var reader = try StreamReader(header: header, key: key)
            do throws(SodiumError) {
                for message in messages { plain.append(try reader.pull(message.rawSpan).message) }
            } catch {
                return (plain, reader.isFinished, error)
            }
            return (plain, reader.isFinished, nil)
        } catch {
            return (plain, false, error)
        }
    }

    @Test("what was pushed is pulled, with its tags, until the end")
    func roundTrip() throws {
        let (header, messages) = try stream()
        #expect(header.count == SecretStream.headerBytes)
        #expect(messages.map(\.count) == [1, 2, 0].map { $0 + SecretStream.overheadBytes })
        let key = secret(Self.keyBytes)
        var reader = try StreamReader(header: header, key: key)
        var tags: [SecretStream.Tag] = []
        var plain: [[UInt8]] = []
        for message in messages {
            #expect(reader.isFinished == false)
            let (text, tag) = try reader.pull(message.rawSpan)
            plain.append(text)
            tags.append(tag)
        }
        #expect(plain == [[1], [2, 2], []])
        #expect(tags == [.rekey, .rekey, .final])
        #expect(reader.isFinished == true)
    }

    @Test("after FINAL neither end goes on")
    func finished() throws {
        var writer = StreamWriter(key: secret(Self.keyBytes))
        let text: [UInt8] = [1]
        let last = try writer.push(text.rawSpan, tag: .final)
        let refusals = [
            code { () throws(SodiumError) in _ = try writer.push(text.rawSpan, tag: .rekey) },
            code { () throws(SodiumError) in _ = try writer.push(text.rawSpan, tag: .final) },
        ]
        #expect(refusals == [.finished, .finished])
        let key = secret(Self.keyBytes)
        var reader = try StreamReader(header: writer.header, key: key)
        _ = try reader.pull(last.rawSpan)
        let refusal = code { () throws(SodiumError) in _ = try reader.pull(last.rawSpan) }
        #expect(refusal == .finished)
    }

    @Test("a stream that was cut is not finished")
    func cut() throws {
        let (header, messages) = try stream()
        let result = read(header, Array(messages.dropLast()))
        #expect(result.error == nil && result.plain == [[1], [2, 2]])
        #expect(!result.isFinished)
    }

    @Test("exchanged, repeated, left out, changed and shortened messages are refused")
    func refused() throws {
        let (header, messages) = try stream()
        #expect(read(header, [messages[1], messages[0], messages[2]]).error?.code == .authentication)
        #expect(read(header, [messages[0], messages[0]]).error?.code == .authentication)
        #expect(read(header, [messages[0], messages[2]]).error?.code == .authentication)
        for index in messages.indices {
            for offset in messages[index].indices {
                var changed = messages
                changed[index][offset] ^= 1
                let result = read(header, changed)
                #expect(result.error?.code == .authentication)
                #expect(result.plain.count == index)
            }
            for length in 0..<messages[index].count {
                var short = messages
                short[index] = Array(short[index][..<length])
                #expect(read(header, short).error?.code == .authentication)
            }
        }
        var otherHeader = header
        otherHeader[0] ^= 1
        #expect(read(otherHeader, messages).error?.code == .authentication)
        #expect(read(Array(header.dropLast()), messages).error?.code == .malformed)
        #expect(read(header, messages, key: Array(1...32)).error?.code == .authentication)
    }

    @Test("the library itself reads REKEY from every message but the last, and FINAL from that")
    func tagsOnTheWire() throws {
        let (header, messages) = try stream()
        var state = crypto_secretstream_xchacha20poly1305_state()
        #expect(unsafe crypto_secretstream_xchacha20poly1305_init_pull(&state, header, Self.keyBytes) == 0)
        var tags: [UInt8] = []
        for message in messages {
            var plain = [UInt8](repeating: 0, count: message.count)
            var tag: UInt8 = 0xff
            let result = unsafe crypto_secretstream_xchacha20poly1305_pull(
                &state,
                &plain,
                nil,
                &tag,
                message,
                UInt64(message.count),
                nil,
                0
            )
            #expect(result == 0)
            tags.append(tag)
        }
        #expect(tags == [2, 2, 3])
    }

    @Test(
        "an authentic message with the tag MESSAGE or PUSH is refused, since such a writer could read back what it wrote",
        arguments: [0, 1]
    )
    func otherTags(_ tag: UInt8) throws {
        var state = crypto_secretstream_xchacha20poly1305_state()
        var header = [UInt8](repeating: 0, count: SecretStream.headerBytes)
        _ = unsafe crypto_secretstream_xchacha20poly1305_init_push(&state, &header, Self.keyBytes)
        var message = [UInt8](repeating: 0, count: 3 + SecretStream.overheadBytes)
        _ = unsafe crypto_secretstream_xchacha20poly1305_push(&state, &message, nil, [1, 2, 3], 3, nil, 0, tag)
        let result = read(header, [message])
        #expect(result.error?.code == .authentication)
        #expect(result.plain.isEmpty)
    }
}
