import Foundation
import Testing

@testable import Kafka

/// Certificates that OpenSSL made for nobody, and when it says that they end.
struct CertificateEndTests {
    private static let samples: [(String, Double)] = [
        // `YYMMDD`, the first version of X.509
        (
            """
            -----BEGIN CERTIFICATE-----
            MIIBEjCBuQIUTeHumCouykPjZbNbe1oI31VDeTcwCgYIKoZIzj0EAwIwDDEKMAgG
            A1UEAwwBYTAeFw0yNDAxMDEwMDAwMDBaFw0yNjAyMjgyMzU5NThaMAwxCjAIBgNV
            BAMMAXQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASn018DwXK0gY/uW/A9xxtr
            IUwTuZKhX9gHTANOGSawSDRq35RSdKa43gZJxxJlscUYH9TbI3+eHUpsXbHGfqOD
            MAoGCCqGSM49BAMCA0gAMEUCIQDhOLN+CynKwz7XnwtcTX/p4FJUXt3wR8CkY7Ie
            cCJ8HAIgLpLspNH1078i0tbjtIfVH8bgL5UTVMH/XEMgSkaPMtQ=
            -----END CERTIFICATE-----
            """, 1772323198
        ),
        // with a century
        (
            """
            -----BEGIN CERTIFICATE-----
            MIIBFDCBuwIUZD1hu+Dm7zSLiXYw51+z0Bbt/1EwCgYIKoZIzj0EAwIwDDEKMAgG
            A1UEAwwBYTAgFw0yNDAxMDEwMDAwMDBaGA8yMDYxMDEwMTAwMDAwMVowDDEKMAgG
            A1UEAwwBdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEt3hGkKUEH9/MOLCxPA
            1mJpgF0mp8gp78etADHSPfywiW0QANSD4WBmhZP8xbw4bUzgwKJb5TdHhKvHRjMn
            PB0wCgYIKoZIzj0EAwIDSAAwRQIgGE5JrA59OeiRupw23Ds0gvJxxrn/PMQfT8lY
            9LEca3wCIQCp1qrTgbpb72rTqbHSVIE0u4aLf8NCNz1b9OwHbex17Q==
            -----END CERTIFICATE-----
            """, 2871763201
        ),
        // the third version, which says so first
        (
            """
            -----BEGIN CERTIFICATE-----
            MIIBbjCCARWgAwIBAgIUMLGXHsdE0P/Ztq+XuSSuVLvyoAswCgYIKoZIzj0EAwIw
            DTELMAkGA1UEAwwCdjMwHhcNMjYxMTI3MjE0MjM3WhcNMjcxMTI3MjE0MjM3WjAN
            MQswCQYDVQQDDAJ2MzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFv2cAqd3WvS
            QtKGREJIBnIXomZSBJ9Fab27GaIY+zEiwgy4ABbhmK7P/ItIfGMORM5MfRDYMPmc
            StRk2S5shl6jUzBRMB0GA1UdDgQWBBRA2098qnyicTcFGX3K3Bw46RsyOTAfBgNV
            HSMEGDAWgBRA2098qnyicTcFGX3K3Bw46RsyOTAPBgNVHRMBAf8EBTADAQH/MAoG
            CCqGSM49BAMCA0cAMEQCIFkCoWj/vX2exzzyVj8oVWMjknkXkbzghkR4imM3gv3w
            AiB9LANUPjn00iIABVBoKi6L3PjpCe8jSeO3qqCn+PgnLQ==
            -----END CERTIFICATE-----
            """, 1827351757
        ),
    ]

    @Test(arguments: samples) func `the end is what OpenSSL says`(pem: String, end: Double) {
        #expect(CertificateEnd.date(pem: pem) == Date(timeIntervalSince1970: end))
        #expect(CertificateEnd.date(pem: "subject=CN = t\n\(pem)\nmore") == Date(timeIntervalSince1970: end))
    }

    @Test func `what is cut short or bent has no end, and is no crash`() throws {
        let pem = Self.samples[0].0
        let text = pem.split(separator: "\n").dropFirst().dropLast().joined()
        let bytes = [UInt8](try #require(Data(base64Encoded: text)))
        func date(_ bytes: some Sequence<UInt8>) -> Date? {
            CertificateEnd.date(
                pem: "-----BEGIN CERTIFICATE-----\(Data(bytes).base64EncodedString())-----END CERTIFICATE-----")
        }
        #expect(date(bytes) != nil)
        for length in 0..<bytes.count { #expect(date(bytes.prefix(length)) == nil) }
        for index in bytes.indices {
            for value in [0, 0x30, 0x7F, 0x80, 0x84, 0xFF] as [UInt8] {
                var bent = bytes
                bent[index] = value
                _ = date(bent)
            }
        }
        #expect(CertificateEnd.date(pem: "") == nil)
        #expect(CertificateEnd.date(pem: "-----BEGIN CERTIFICATE-----\n") == nil)
        #expect(CertificateEnd.date(file: "/nonexistent") == nil)
    }
}
