// Loaded after jshell's own imports.
import java.time.*
import java.util.concurrent.atomic.*
import stage.api.*
import stage.api.observe.*
import stage.api.pipeline.*
import stage.api.supervision.*
import stage.runtime.testkit.*
import static stage.runtime.testkit.CrashRule.*
