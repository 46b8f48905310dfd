import FeatureFlags
import Testing

@Suite struct FlagHashTests {
    @Test func aPlaceIsTheSameAsInTheSDKs() {
        #expect(FlagHash.rollout(flag: "simple-flag", value: "distinct_id_0") == 0.7836963764220432)
    }
}
