import type { Unit } from "../client/unit";
import { AuditRepository } from "./audit";
import { CompanyRepository } from "./companies";
import { IdempotencyRepository } from "./idempotency";
import { InvitationRepository } from "./invitations";
import { MemberRepository } from "./members";
import { RoleRepository } from "./roles";
import { SecurityEventRepository } from "./security-events";
import { TenantRepository } from "./tenants";

export type { AuditAction, AuditEntry, AuditedRead, AuditLog, AuditRepository } from "./audit";
export type { AuditHead, AuditProblem, SealOptions } from "./audit-seals";
export type { Company, CompanyChanges, CompanyRepository, NewCompany } from "./companies";
export type { IdempotencyRepository, IdempotentCall } from "./idempotency";
export { type DeletedIdentity, LastAdminError, type LeftTenant } from "./identities";
export type { Invitation, InvitationRepository, NewInvitation } from "./invitations";
export type { MemberChanges, MemberRepository, NewMember, User } from "./members";
export type { Membership } from "./memberships";
export type { ProfileChanges, ProfileRepository, UserProfile } from "./profiles";
export { tenancyRelations } from "./relations";
export type { NewRole, Role, RoleChanges, RoleRepository, UserRole } from "./roles";
export * from "./schema";
export type { NewSecurityEvent, SecurityEvent, SecurityEventRepository } from "./security-events";
export type { NewSignInEvent, SignInEvent, SignInEventRepository } from "./sign-in-events";
export type { CreatedTenant, NewTenant, Tenant, TenantRepository } from "./tenants";
export * from "./validation";

/** The tenancy repositories of one unit of work: `tx.tenancy.members`. */
export class Tenancy {
  readonly tenant: TenantRepository;
  readonly companies: CompanyRepository;
  readonly members: MemberRepository;
  readonly roles: RoleRepository;
  readonly invitations: InvitationRepository;
  readonly audit: AuditRepository;
  readonly securityEvents: SecurityEventRepository;
  readonly idempotency: IdempotencyRepository;

  constructor(unit: Unit) {
    this.tenant = new TenantRepository(unit);
    this.companies = new CompanyRepository(unit);
    this.members = new MemberRepository(unit);
    this.roles = new RoleRepository(unit);
    this.invitations = new InvitationRepository(unit);
    this.audit = new AuditRepository(unit);
    this.securityEvents = new SecurityEventRepository(unit);
    this.idempotency = new IdempotencyRepository(unit);
  }
}
