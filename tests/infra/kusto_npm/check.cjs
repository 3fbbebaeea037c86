// Reads {"tables": {name: {column: type}}, "queries": {name: text}} and answers, for each query, what Microsoft's
// parser finds wrong with it and the columns of its result. The parser is in node_modules of the working directory.
const fs = require('node:fs');
const { createRequire } = require('node:module');

const load = createRequire(process.cwd() + '/');
load('@kusto/language-service-next/bridge.min.js');
load('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { KustoCode, GlobalState, Symbols } = Kusto.Language;

const list = (found) => Array.from({ length: found.Count }, (_, index) => found.getItem(index));

function tableSymbol([name, columns]) {
  const schema = Object.entries(columns).map(([column, type]) => `['${column}']: ${type}`);
  return new Symbols.TableSymbol.$ctor7(name, `(${schema.join(', ')})`, null);
}

function check(text, globals) {
  const code = KustoCode.ParseAndAnalyze(text, globals);
  const columns = code.ResultType && code.ResultType.Columns ? list(code.ResultType.Columns) : [];
  return {
    problems: list(code.GetDiagnostics()).map((found) => {
      const line = text.slice(0, found.Start).split('\n').length;
      return `line ${line}: ${found.Severity} ${found.Code}: ${found.Message}`;
    }),
    columns: Object.fromEntries(columns.map((column) => [column.Name, column.Type.Name])),
  };
}

const { tables, queries } = JSON.parse(fs.readFileSync(0, 'utf8'));
const database = new Symbols.DatabaseSymbol.ctor('workspace', Object.entries(tables).map(tableSymbol));
const globals = GlobalState.Default.WithDatabase(database);
const answers = Object.entries(queries).map(([name, text]) => [name, check(text, globals)]);
process.stdout.write(JSON.stringify(Object.fromEntries(answers)));
