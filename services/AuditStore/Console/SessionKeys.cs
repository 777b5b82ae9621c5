using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace LeadRelay.AuditStore;

/// <summary>
/// The one key that sessions and forms are protected with. It follows from <c>Privacy__Key</c>, so all replicas have the
/// same one, it outlives a restart, and no folder must be kept for it.
/// </summary>
public sealed class SessionKeys(IConfiguration settings) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var master = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(settings["Privacy:Key"]!), 64, info: "LeadRelay console sessions"u8.ToArray());
        return [XElement.Parse($"""
            <key id="{new Guid(SHA256.HashData(master).AsSpan(0, 16))}" version="1">
              <creationDate>2026-01-01T00:00:00Z</creationDate><activationDate>2026-01-01T00:00:00Z</activationDate><expirationDate>9999-01-01T00:00:00Z</expirationDate>
              <descriptor deserializerType="Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel.AuthenticatedEncryptorDescriptorDeserializer, Microsoft.AspNetCore.DataProtection">
                <descriptor>
                  <encryption algorithm="AES_256_CBC" /><validation algorithm="HMACSHA256" />
                  <masterKey><value>{Convert.ToBase64String(master)}</value></masterKey>
                </descriptor>
              </descriptor>
            </key>
            """)];
    }

    public void StoreElement(XElement element, string friendlyName) => throw new NotSupportedException("There is one key, and it is not stored.");
}
