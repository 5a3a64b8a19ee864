// Times servers over stdio, each as a client starts it: how long until initialize is answered, how much memory it then has,
// and how long one call takes that reads the same file. Rounds go around the servers, so that all see the same machine.
// Arguments: a JSON file that names the servers, the number of rounds, the number of calls. Prints JSON.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [file, rounds, calls] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const { servers, cwd } = JSON.parse(readFileSync(file, 'utf8'));

class Client {
  constructor(server) {
    this.child = spawn(server.command[0], server.command.slice(1), {
      cwd,
      env: { ...process.env, ...server.env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.waiting = new Map();
    this.next = 1;
    createInterface({ input: this.child.stdout }).on('line', line => {
      const answer = JSON.parse(line);
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
    this.child.on('exit', code => this.waiting.forEach(settle => settle({ error: { message: `ended with ${code}` } })));
  }

  async ask(method, params) {
    const id = this.next++;
    const answered = new Promise(settle => this.waiting.set(id, settle));
    this.child.stdin.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }) + '\n');
    const answer = await answered;
    if (answer.error || answer.result?.isError) throw new Error(`${method}: ${JSON.stringify(answer).slice(0, 500)}`);
    return answer.result;
  }

  tell(method) {
    this.child.stdin.write(JSON.stringify({ jsonrpc: '2.0', method }) + '\n');
  }

  residentKb() {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))[1]);
  }

  /** Processor time of all threads so far, in ticks of 10 ms; it depends least on what else the machine does. */
  processorMs() {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  }

  async end() {
    const ended = new Promise(settle => this.child.on('exit', settle));
    const kill = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    this.child.stdin.end();
    await ended;
    clearTimeout(kill);
  }
}

const millis = started => Number(process.hrtime.bigint() - started) / 1e6;

async function start(server, samples) {
  const started = process.hrtime.bigint();
  const client = new Client(server);
  await client.ask('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'benchmark', version: '1' },
  });
  samples.initialize_ms.push(millis(started));
  samples.initialize_processor_ms.push(client.processorMs());
  client.tell('notifications/initialized');
  await client.ask('tools/list', {});
  samples.resident_kb.push(client.residentKb());
  return client;
}

const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

const results = Object.fromEntries(servers.map(s => [s.name, { initialize_ms: [], initialize_processor_ms: [], resident_kb: [], call_ms: [] }]));
for (let round = 0; round < rounds; round++) {
  for (const server of servers) {
    await (await start(server, results[server.name])).end();
  }
}
for (const server of servers.filter(server => server.call)) {
  const samples = results[server.name];
  const client = await start(server, { initialize_ms: [], initialize_processor_ms: [], resident_kb: [] });
  for (let i = 0; i < 2 * calls; i++) { // the first half warms up
    const started = process.hrtime.bigint();
    await client.ask('tools/call', server.call);
    if (i >= calls) samples.call_ms.push(millis(started));
  }
  await client.end();
}
for (const samples of Object.values(results)) {
  samples.summary = {};
  for (const [name, values] of Object.entries(samples)) {
    if (Array.isArray(values) && values.length > 0) {
      samples.summary[name] = { median: quantile(values, 0.5), p95: quantile(values, 0.95) };
    }
  }
}
console.log(JSON.stringify({ rounds, calls, servers: results }, null, 1));
