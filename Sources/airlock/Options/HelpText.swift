/// Paragraphs that several helps share.
enum HelpText {
    static let exitCodes = """
        EXIT CODES
          0    succeeded
          1    the script failed: an exception, another exit code, a signal
          2    template, variables or arguments are wrong; nothing ran
          3    a limit was exceeded; the result names it
          4    denied: the sandbox ended the script for a forbidden system call
          5    the broker ended the run: a quota, or a breach of the protocol
          6    the data source failed, and the script did not handle it
          70   Airlock's own fault, or the isolation or interpreter is not to be had
          130  cancelled (Ctrl-C; a second one ends at once)
          141  nobody reads standard output any more
        """

    static let runEnvironment = """
        ENVIRONMENT
        \(variablesEnvironment)
        \(templatesEnvironment)
        \(sharedEnvironment)
        """

    /// Of a script, which is no template of a catalogue.
    static let execEnvironment = """
        ENVIRONMENT
        \(variablesEnvironment)
        \(sharedEnvironment)
        """

    /// Of what takes templates and no variables: the lines of a batch alone say what they are, and a doctor needs none.
    static let templateEnvironment = """
        ENVIRONMENT
        \(templatesEnvironment)
        \(sharedEnvironment)
        """

    private static let variablesEnvironment = """
          AIRLOCK_VAR_NAME   the value of the variable NAME; weaker than --set
        """

    private static let templatesEnvironment = """
          AIRLOCK_TEMPLATES  directories of templates, separated by colons;
                             weaker than --templates
        """

    private static let sharedEnvironment = """
          AIRLOCK_DATA       the warehouse file; weaker than --data
                             (default: the demo data set)
          AIRLOCK_DRIVER     local or posthog; weaker than --driver
          POSTHOG_API_URL, POSTHOG_PROJECT_ID, POSTHOG_PERSONAL_API_KEY,
          POSTHOG_PROJECT_API_KEY
                             for the driver posthog; 'airlock config' lists all
          AIRLOCK_PYTHON     the interpreter (default: /usr/bin/python3, else
                             the first python3 on PATH)
          AIRLOCK_CACHE      where the guest is kept ready (default:
                             /var/cache/airlock for root, else
                             $XDG_CACHE_HOME/airlock or ~/.cache/airlock)
          AIRLOCK_GUEST, AIRLOCK_PROFILES
                             directories that take the place of the built-in
                             guest and seccomp profiles
          AIRLOCK_CGROUP     a delegated cgroup, in which runs get their own
                             (default: this process's, where it is delegated)
          AIRLOCK_LOG        the host's log on standard error, from this level:
                             debug, info, warning or error (default: none)
          AIRLOCK_LOG_FORMAT text or json (default: text)
          AIRLOCK_CONFIG     a TOML file of settings; weaker than --config
          AIRLOCK_METRICS, AIRLOCK_AUDIT, AIRLOCK_OTLP_ENDPOINT
                             where metrics, records and traces go; see
                             'airlock config --all' and docs/monitoring.md
          NO_COLOR           when set, no colour is used
        """

    static let dataEnvironment = """
        ENVIRONMENT
          AIRLOCK_DATA      the warehouse file; weaker than --data
                            (default: the demo data set)
          AIRLOCK_DRIVER    local or posthog; weaker than --driver
          POSTHOG_API_URL, POSTHOG_PROJECT_ID, POSTHOG_PERSONAL_API_KEY,
          POSTHOG_PROJECT_API_KEY
                            for --driver posthog; 'airlock config' lists all
          AIRLOCK_CONFIG    a TOML file of settings; weaker than --config
          XDG_CACHE_HOME    where the demo data set is kept (default: ~/.cache)
          NO_COLOR          when set, no colour is used
        """

    /// Of what works on a warehouse file and on nothing else.
    static let warehouseEnvironment = """
        ENVIRONMENT
          AIRLOCK_DATA      the warehouse file; weaker than --data
                            (default: the demo data set)
          AIRLOCK_CONFIG    a TOML file of settings, of which data.file counts
          XDG_CACHE_HOME    where the demo data set is kept (default: ~/.cache)
          NO_COLOR          when set, no colour is used
        """

    static let captureEnvironment = """
        ENVIRONMENT
          POSTHOG_API_URL, POSTHOG_INGESTION_URL, POSTHOG_PROJECT_ID,
          POSTHOG_PROJECT_API_KEY
                            where events go; 'airlock config' lists all
          AIRLOCK_DRIVER    posthog; weaker than --driver
          AIRLOCK_CONFIG    a TOML file of settings; weaker than --config
          AIRLOCK_SPOOL     where they wait until PostHog has them (default:
                            $XDG_STATE_HOME/airlock/events, else
                            ~/.local/state/airlock/events)
          NO_COLOR          when set, no colour is used
        """

    static let captureExitCodes = """
        EXIT CODES
          0    all events were sent
          1    all that was left to send was sent, but some lines are no
               events, or PostHog refused some
          2    the event or the arguments are wrong; nothing was accepted
          6    events wait on the disk: PostHog could not be reached in
               time, or does not take them
          70   Airlock's own fault, or a file cannot be written
          130  cancelled; what was accepted waits on the disk
        """
}
