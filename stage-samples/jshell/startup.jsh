// Loaded after jshell's own imports.
import java.time.Duration
import stage.api.*
import stage.api.observe.*
import stage.api.supervision.*
import stage.runtime.testkit.*
