internal import AirlockCore
internal import LocalWarehouse

extension PostHogAPI {
    private static let organizationID = "00000000-0000-4000-8000-000000000001"
    private static let userID = "00000000-0000-4000-8000-000000000002"

    func project() -> JSONValue {
        [
            "id": .int(options.projectID), "uuid": "00000000-0000-4000-8000-000000000003",
            "organization": .string(Self.organizationID), "name": "Local project",
            "api_token": .string(options.projectToken), "secret_api_token": .null,
            "timezone": .string(live.timeZone), "week_start_day": .int(live.weekStart),
            "test_account_filters": [], "test_account_filters_default_checked": .null,
            "created_at": .string(Instant.text(0)), "updated_at": .string(Instant.text(0)),
            "has_group_types": .bool(true), "is_demo": false, "ingested_event": true,
            "completed_snippet_onboarding": true,
            "autocapture_opt_out": false, "session_recording_opt_in": false, "access_control": false,
            "effective_membership_level": 15, "data_attributes": ["data-attr"], "person_display_name_properties": .null,
            "live_events_token": .null, "product_intents": [],
        ]
    }

    /// The one user there is.
    func user() -> JSONValue {
        [
            "id": 1, "uuid": .string(Self.userID), "distinct_id": "local-user", "first_name": "Local",
            "last_name": "User",
            "email": "local@example.com", "is_email_verified": true, "hedgehog_config": .null,
            "role_at_organization": "other",
            "team": [
                "id": .int(options.projectID), "name": "Local project", "api_token": .string(options.projectToken),
            ],
            "organization": organization(),
        ]
    }

    func organization() -> JSONValue {
        [
            "id": .string(Self.organizationID), "name": "Local organization", "slug": "local",
            "created_at": .string(Instant.text(0)), "membership_level": 15,
            "teams": [["id": .int(options.projectID), "name": "Local project"]],
            "projects": [["id": .int(options.projectID), "name": "Local project"]],
        ]
    }

    /// What a key may do; never the key itself.
    func keyDescription(_ key: PersonalKey) -> JSONValue {
        [
            "id": "local", "label": "Local key", "value": .null,
            "mask_value": .string("phx_...\(key.token.suffix(4))"), "created_at": .string(Instant.text(0)),
            "last_used_at": .null, "user_id": 1, "scopes": .array(key.scopes.map(JSONValue.string)),
            "scoped_teams": .null, "scoped_organizations": .null,
        ]
    }

    func groupTypes(_ request: Request) async throws(APIError) -> HTTPResponse {
        try require("group:read", request)
        do throws(AirlockError) {
            let names = try await groupTypeNames()
            return .json(
                200,
                .array(
                    names.enumerated().map { index, name in
                        [
                            "group_type": .string(name), "group_type_index": .int(index), "name_singular": .null,
                            "name_plural": .null,
                        ]
                    }))
        } catch {
            throw APIError(error)
        }
    }
}
