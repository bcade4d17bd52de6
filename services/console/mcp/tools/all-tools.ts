import type { Sources } from '../sources.js';
import type { AssistantTool } from '../tool.js';
import { accountProfileTool, compareToPeersTool } from './accounts.js';
import { attributeLeakTool } from './attribute-leak.js';
import { caseShapeTool } from './case-shape.js';
import { caseTimelineTool } from './case-timeline.js';
import { dossierStatusTool } from './dossier-status.js';
import { explainCaseTool } from './explain-case.js';
import { getCaseTool } from './get-case.js';
import { booksTool, feedHealthTool } from './health.js';
import { listCasesTool } from './list-cases.js';
import { queryFiguresTool } from './query-figures.js';
import { getRuleTool, listRulesTool } from './rules.js';

export function allTools(sources: Sources): readonly AssistantTool[] {
  return [
    listCasesTool(sources.sight),
    getCaseTool(sources),
    caseTimelineTool(sources.sight),
    explainCaseTool(sources),
    caseShapeTool(sources),
    accountProfileTool(sources),
    compareToPeersTool(sources),
    listRulesTool(sources),
    getRuleTool(sources),
    feedHealthTool(sources),
    booksTool(sources),
    dossierStatusTool(sources),
    attributeLeakTool(sources),
    queryFiguresTool(sources),
  ];
}
