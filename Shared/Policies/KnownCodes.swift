/// Codes of the catalogue that the suite itself must know to act on: a profile cannot invent more of these.
package enum KnownCodes {
    /// C.1.
    package static let channels = [
        "phone_hotline", "leader_line", "leader_mailbox", "public_mailbox", "reception_day", "walk_in", "letter",
        "web_portal", "web_citizen_platform", "web_reception", "email", "fax", "wechat", "social_media",
        "questionnaire", "sms", "opinion_box", "opinion_book", "opinion_card", "emergency_mailbox", "emergency_phone",
        "camera", "neighbourhood_committee", "duty_desk", "third_party",
    ]

    /// Grounds of refusal, D.2 `refuse`. "Never" is said by leaving the parameter out.
    package static let refusals = ["reasoned", "standing", "malice"]
}
