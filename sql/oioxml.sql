-- Letters in older XML: what stands around them. XPath is the oracle of test/pgtap/oioxml.sql.
SET search_path = smartcare, public;
\pset null NULL

SELECT key, value FROM jsonb_each_text(oioxml_header('<?xml version="1.0"?><!-- <Letter> --><x:Emessage xmlns:x="urn:x"><Envelope><Sent><Date>2026-03-02</Date><Time>10:15</Time></Sent>
<Identifier> E&amp;1 </Identifier><Identifier>2</Identifier></Envelope><Other><Receiver><EANIdentifier>1</EANIdentifier></Receiver></Other>
<x:ReportOfAdmission a="/>"><Letter><VersionCode>XD1634C</VersionCode><TypeCode/><Identifier><![CDATA[<L>]]>-<b>1</b></Identifier>
<EpisodeOfCareIdentifier>&#x65;&#229;</EpisodeOfCareIdentifier><Authorisation><Date>2026-03-02</Date><Time>10:14</Time></Authorisation></Letter>
<Letter><Identifier>second</Identifier></Letter>
<Sender><EANIdentifier>5790000000012</EANIdentifier><Identifier>265161000016000</Identifier><IdentifierCode>sor</IdentifierCode><OrganisationName> Home
	care </OrganisationName></Sender>
<Receiver><EANIdentifier>5790000000029</EANIdentifier><Identifier>1</Identifier><IdentifierCode>x</IdentifierCode><OrganisationName/></Receiver>
<Patient><CivilRegistrationNumber>0101014567</CivilRegistrationNumber><AlternativeIdentifier>a</AlternativeIdentifier><PersonSurnameName>Example</PersonSurnameName><PersonGivenName>Ann</PersonGivenName></Patient>
<Text><TheReasons>It <i>hurts</i></TheReasons><Indication>not the first</Indication></Text></x:ReportOfAdmission></x:Emessage>'));
SELECT oioxml_header('<Emessage><Envelope><Identifier>1</Identifier></Envelope><Report><Sender/></Report></Emessage>'),
	oioxml_header('<Emessage><Envelope><Identifier>1</Identifier></Envelope></Emessage>'), oioxml_header('<Letter/>'), oioxml_header(NULL);
SELECT oioxml_header('');
SELECT oioxml_header('<Emessage><Report>');
SELECT oioxml_header('<!DOCTYPE a [<!ENTITY b "b">]><Emessage><Report><Letter><Identifier>&b;</Identifier></Letter></Report></Emessage>');
