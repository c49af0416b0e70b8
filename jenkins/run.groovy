// Runs a declarative Jenkinsfile on this machine, as strictly as we know how. It is not Jenkins: see docs/pipeline.md for
// what it cannot tell. Groovy 2.4 is Jenkins' own version of the language, and Debian's.
//
//   groovy jenkins/run.groovy JENKINSFILE [--only JOB,JOB...] [--plan FILE]
//
// Sections and steps that it does not know, or in a wrong place, are errors. `sh` is run for real; with --only, in the
// stages that are named alone, while the others' commands are only written down. --plan writes a line for each `sh`:
// stage, job, ran or listed, agent, command, credentials, asked (or -).
// Parallel branches and cells of a matrix run one after the other, and all of them also where one fails.
//
// What the build is of, from the environment: BRANCH_NAME, CHANGE_ID, TAG_NAME, TIMER=true; parameters by their names;
// CREDENTIAL_X: the credential x, a file, a text, or user:password; APPROVER: who says yes where somebody is asked; without
// it the build is aborted there.

class Wrong extends RuntimeException { Wrong(String message) { super(message) } }
class Failed extends RuntimeException { Failed(String message) { super(message) } }

class Build {
  // What came from outside, and what of it a build sees.
  final Map<String, String> from
  final Map<String, String> env
  Map params = [:]
  Set<String> only
  Set<String> stashed = []
  List<String> plan = []
  // What failed within catchError: the build goes on, and fails at its end.
  List<Failed> caught = []
  Build(Map<String, String> from, Set<String> only) {
    this.from = from
    this.only = only
    env = from.findAll { it.key in ['BRANCH_NAME', 'CHANGE_ID', 'TAG_NAME', 'SONAR_HOST_URL', 'TEAM', 'APPROVERS', 'DEPLOYMENTS', 'PULL_ONLY'] } +
      [JOB_NAME: 'comptoir', BUILD_NUMBER: '1', BUILD_URL: 'http://localhost/']
  }
  String outcome(boolean ok) { ok ? 'success' : 'failure' }
}

// Where a stage is: what it inherits.
class Place {
  Build build; List<String> path = []; Map<String, String> env = [:]; String agent; boolean asked = false; Set<String> credentials = []
  Place inner(String name) { new Place(build: build, path: path + name, env: new LinkedHashMap(env), agent: agent, asked: asked, credentials: new LinkedHashSet(credentials)) }
  String toString() { (['pipeline'] + path).join(' / ') }
  String credential(String id) {
    credentials << id
    if (listed()) return 'not needed for a plan'
    def value = build.from['CREDENTIAL_' + id.toUpperCase().replace('-', '_')]
    if (value == null) throw new Failed("$this: there is no credential '$id'")
    value
  }
  boolean listed() { build.only != null && !path.any { it in build.only } }
}

// What may stand in a pair of braces: the methods of a subclass, and nothing else.
abstract class Braces {
  Place at
  Set<String> seen = []
  Object methodMissing(String name, Object arguments) { throw new Wrong("$at: '$name' is unknown in ${getClass().simpleName.toLowerCase()}") }
  Object propertyMissing(String name) {
    if (name == 'env') return [:].withDefault { at.env[it] ?: at.build.env[it] }
    if (name == 'params') return at.build.params
    throw new Wrong("$at: '$name' is unknown in ${getClass().simpleName.toLowerCase()}")
  }
  Object propertyMissing(String name, Object value) { throw new Wrong("$at: nothing is assigned in ${getClass().simpleName.toLowerCase()}") }
  void once(String section) { if (!seen.add(section)) throw new Wrong("$at: '$section' stands twice") }
  def inside(Closure braces, Braces meaning) {
    meaning.at = meaning.at ?: at
    braces.delegate = meaning
    braces.resolveStrategy = Closure.DELEGATE_ONLY
    braces.call()
    meaning
  }
  void knows(String step, Map arguments, List<String> wanted, List<String> optional = []) {
    def missing = wanted - arguments.keySet(), unknown = arguments.keySet() - wanted - optional
    if (missing || unknown) throw new Wrong("$at: $step lacks $missing, and does not know $unknown")
  }
}

class Environment extends Braces {
  Object propertyMissing(String name, Object value) { at.env[name] = value.toString() }
  String credentials(String id) { at.credential(id) }
}

class Options extends Braces {
  void timestamps() {}
  void skipStagesAfterUnstable() {}
  void lock(String name) {}
  void timeout(Map it) { knows('timeout', it, ['time'], ['unit']) }
  void disableConcurrentBuilds(Map it = [:]) { knows('disableConcurrentBuilds', it, [], ['abortPrevious']) }
  void buildDiscarder(it) {}
  def logRotator(Map it) { knows('logRotator', it, [], ['numToKeepStr', 'artifactNumToKeepStr', 'daysToKeepStr']) }
}

class Triggers extends Braces { void cron(String when) {} }

class Parameters extends Braces {
  void choice(Map it) {
    knows('choice', it, ['name', 'choices'], ['description'])
    def value = at.build.from[it.name] ?: it.choices[0]
    if (!(value in it.choices)) throw new Wrong("$at: $it.name is none of $it.choices: $value")
    at.build.params[it.name] = value
  }
  void booleanParam(Map it) { knows('booleanParam', it, ['name'], ['defaultValue', 'description']); at.build.params[it.name] = (at.build.from[it.name] ?: "$it.defaultValue") == 'true' }
}

class Agent extends Braces {
  String found
  void label(String it) { found = found ?: it }
  void docker(Closure it) { inside(it, new Container()); found = 'docker' }
}

class Container extends Braces {
  void image(String it) {}
  void label(String it) {}
  void args(String it) {}
}

class When extends Braces {
  List<Boolean> met = []
  private Map getBuilt() { at.build.env }
  private List<Boolean> of(Closure it) { def found = inside(it, new When()).met; if (!found) throw new Wrong("$at: a condition without conditions"); found }
  void beforeAgent(boolean it) {}
  void beforeInput(boolean it) {}
  void changeRequest() { met << (built.CHANGE_ID != null) }
  void buildingTag() { met << (built.TAG_NAME != null) }
  void branch(String it) { met << (built.CHANGE_ID == null && built.TAG_NAME == null && built.BRANCH_NAME == it) }
  void triggeredBy(String it) { if (it != 'TimerTrigger') throw new Wrong("$at: no trigger is called $it here"); met << (at.build.from.TIMER == 'true') }
  void expression(Closure it) { it.delegate = this; it.resolveStrategy = Closure.DELEGATE_ONLY; met << (it.call() as boolean) }
  void allOf(Closure it) { met << of(it).every() }
  void anyOf(Closure it) { met << of(it).any() }
  void not(Closure it) { met << !of(it).every() }
}

class Input extends Braces {
  String asks, variable
  void message(String it) { asks = it }
  void ok(String it) {}
  void submitter(String it) {}
  void submitterParameter(String it) { variable = it }
  void ask() {
    at.asked = true
    if (at.listed()) return
    def approver = at.build.from.APPROVER
    if (!approver) throw new Failed("$at: nobody said yes to: $asks")
    println "[$at] $approver says yes to: $asks"
    if (variable) at.env[variable] = approver
  }
}

class Steps extends Braces {
  void sh(String command) {
    def (stage, job) = [at.path[0], at.path[-1]]
    at.build.plan << [stage, job, at.listed() ? 'listed' : 'ran', at.agent, command, at.credentials.join(',') ?: '-', at.asked ? 'asked' : '-'].join('\t')
    if (at.listed()) return
    println "[$at] + $command"
    def process = new ProcessBuilder('sh', '-ec', command).redirectErrorStream(true)
    process.environment().keySet().removeAll { it.startsWith('CREDENTIAL_') }
    process.environment().putAll(at.build.env + at.env)
    def began = System.nanoTime()
    def running = process.start()
    running.inputStream.eachLine { println "[$at]   $it" }
    // 77: it could not run here, and says why.
    if (!(running.waitFor() in [0, 77])) throw new Failed("$at: $command exits ${running.exitValue()}")
    println "[$at] finished in ${(System.nanoTime() - began).intdiv(1_000_000_000)} s"
  }
  void catchError(Closure body) { try { inside(body, new Steps()) } catch (Failed failed) { println "[$at] $failed.message"; at.build.caught << failed } }
  void echo(String it) { println "[$at] $it" }
  void stash(Map it) { knows('stash', it, ['name', 'includes'], ['allowEmpty']); at.build.stashed << it.name }
  void unstash(String it) { if (!(it in at.build.stashed)) throw new Wrong("$at: nothing was stashed as '$it' before") }
  void junit(Map it) { knows('junit', it, ['testResults'], ['allowEmptyResults']) }
  void archiveArtifacts(Map it) { knows('archiveArtifacts', it, ['artifacts'], ['allowEmptyArchive', 'fingerprint']) }
  void recordCoverage(Map it) { knows('recordCoverage', it, ['tools']) }
  void recordIssues(Map it) { knows('recordIssues', it, ['tool']) }
  Map sarif(Map it) { knows('sarif', it, ['pattern']); it }
  Map cargo(Map it) { knows('cargo', it, ['pattern']); it }
  void mail(Map it) { knows('mail', it, ['to', 'subject', 'body']); println "[$at] mail: $it.subject" }
  Map usernamePassword(Map it) { knows('usernamePassword', it, ['credentialsId', 'usernameVariable', 'passwordVariable']); it }
  void withCredentials(List<Map> all, Closure body) {
    def inner = at.inner(at.path[-1])
    inner.path = at.path
    all.each {
      def parts = inner.credential(it.credentialsId).split(':', 2)
      inner.env[it.usernameVariable] = parts[0]
      inner.env[it.passwordVariable] = parts.length > 1 ? parts[1] : ''
    }
    inside(body, new Steps(at: inner))
  }
}

class Post extends Braces {
  Map<String, Closure> found = [:]
  void always(Closure it) { found.always = it }
  void success(Closure it) { found.success = it }
  void failure(Closure it) { found.failure = it }
  void aborted(Closure it) { found.aborted = it }
  void fixed(Closure it) { found.fixed = it }
  void run(boolean ok) { ['always', at.build.outcome(ok)].each { if (found[it]) inside(found[it], new Steps()) } }
}

class Matrix extends Braces {
  Map<String, List> axes = [:]
  Closure cell
  void axes(Closure it) { inside(it, new Axes(of: this)) }
  void stages(Closure it) { cell = it }
}
class Axes extends Braces { Matrix of; void axis(Closure it) { def axis = inside(it, new Axis()); of.axes[axis.called] = axis.all } }
class Axis extends Braces { String called; List all; void name(String it) { called = it }; void values(String... it) { all = it as List } }

// `pipeline` and `stage`: sections, read first and run afterwards.
abstract class Sections extends Braces {
  Map<String, Closure> found = [:]
  void keep(String section, Closure it) { once(section); found[section] = it }
  void agent(String it) { once('agent'); if (!(it in ['any', 'none'])) throw new Wrong("$at: no agent is called $it"); at.agent = it == 'none' ? null : it }
  void agent(Closure it) { once('agent'); at.agent = inside(it, new Agent()).found ?: { throw new Wrong("$at: an agent of no kind") }() }
  void environment(Closure it) { keep('environment', it) }
  void options(Closure it) { once('options'); inside(it, new Options()) }
  void stages(Closure it) { keep('stages', it) }
  void post(Closure it) { keep('post', it) }
  Object propertyMissing(String name) { name in ['any', 'none'] ? name : super.propertyMissing(name) }
  void surrounded(Closure work) {
    boolean ok = false
    try {
      if (found.environment) inside(found.environment, new Environment())
      work()
      ok = true
    } finally {
      if (found.post) inside(found.post, new Post()).run(ok)
    }
  }
  void runs(Closure braces, boolean parallel = false) { inside(braces, new Stages(parallel: parallel)).finish() }
}

class Stages extends Braces {
  boolean parallel
  int count = 0
  List<Throwable> failures = []
  void failFast(boolean it) {}
  void stage(String name, Closure it) {
    count++
    if (!seen.add(name)) throw new Wrong("$at: two stages are called '$name'")
    def stage = new Stage(at: at.inner(name))
    stage.inside(it, stage)
    try { stage.go() } catch (Failed failed) { if (!parallel) throw failed; failures << failed }
  }
  void finish() { if (!count) throw new Wrong("$at: no stages"); if (failures) throw new Failed(failures*.message.join('\n')) }
}

class Stage extends Sections {
  void when(Closure it) { keep('when', it) }
  void input(Closure it) { keep('input', it) }
  void steps(Closure it) { keep('steps', it) }
  void parallel(Closure it) { keep('parallel', it) }
  void matrix(Closure it) { keep('matrix', it) }
  void go() {
    def bodies = found.keySet().intersect(['steps', 'stages', 'parallel', 'matrix'])
    if (bodies.size() != 1) throw new Wrong("$at: needs one of steps, stages, parallel and matrix, and has $bodies")
    if (found.steps && !at.agent) throw new Wrong("$at: steps without an agent")
    if (found.when) {
      def when = inside(found.when, new When())
      if (!when.met) throw new Wrong("$at: a when without conditions")
      if (!when.met.every()) return
    }
    if (found.input) inside(found.input, new Input()).ask()
    surrounded {
      if (found.steps) inside(found.steps, new Steps())
      if (found.stages) runs(found.stages)
      if (found.parallel) runs(found.parallel, true)
      if (found.matrix) cells(inside(found.matrix, new Matrix()))
    }
  }
  private void cells(Matrix matrix) {
    if (!matrix.axes || !matrix.cell) throw new Wrong("$at: a matrix needs axes and stages")
    def names = matrix.axes.keySet() as List
    def failures = []
    matrix.axes.values().toList().combinations().each { values ->
      def cell = at.inner([names, values].transpose()*.join('=').join(' '))
      [names, values].transpose().each { name, value -> cell.env[name] = value }
      try { inside(matrix.cell.clone(), new Stages(at: cell)).finish() } catch (Failed failed) { failures << failed }
    }
    if (failures) throw new Failed(failures*.message.join('\n'))
  }
}

class Pipeline extends Sections {
  void triggers(Closure it) { once('triggers'); inside(it, new Triggers()) }
  void parameters(Closure it) { once('parameters'); inside(it, new Parameters()) }
  void go() {
    if (!('agent' in seen)) throw new Wrong("$at: no agent")
    if (!found.stages) throw new Wrong("$at: no stages")
    surrounded {
      runs(found.stages)
      if (at.build.caught) throw new Failed(at.build.caught*.message.join('\n'))
    }
  }
}

// perform ARGUMENTS ENVIRONMENT: the code to exit with.
int perform(List<String> arguments, Map<String, String> from) {
  def options = arguments.drop(1).collate(2).collectEntries { [it[0], it[1]] }
  if (!arguments || options.keySet() - ['--only', '--plan']) {
    System.err.println 'groovy jenkins/run.groovy JENKINSFILE [--only JOB,JOB...] [--plan FILE]'
    return 2
  }
  def build = new Build(from, options['--only']?.tokenize(',') as Set)
  int count = 0, code = 0
  def binding = new Binding(pipeline: { Closure braces ->
    count++
    def pipeline = new Pipeline(at: new Place(build: build))
    pipeline.inside(braces, pipeline)
    pipeline.go()
  })
  try {
    new GroovyShell(getClass().classLoader, binding).evaluate(new File(arguments[0]))
    if (count != 1) throw new Wrong("${arguments[0]} has $count pipelines instead of one")
  } catch (Wrong | Failed | org.codehaus.groovy.control.CompilationFailedException | MissingPropertyException | MissingMethodException problem) {
    System.err.println "jenkins/run.groovy: ${arguments[0]}: ${problem instanceof Wrong ? 'wrong' : 'failed'}: ${problem.message}"
    code = 1
  }
  if (options['--plan']) new File(options['--plan']).text = build.plan.collect { it + '\n' }.join()
  code
}

// Its test calls it by itself.
if (!binding.hasVariable('testing')) System.exit(perform(args as List, System.getenv()))
